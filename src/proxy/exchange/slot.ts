// Leave for one request to be on its way, where a policy caps how many may be.

export interface Slot {
  /** Headers have come; `null` = the try failed. */
  readonly answered: (tookMs: number) => void;
  /** A second slot for a copy of the request; null = there is none at hand. */
  readonly another: () => (() => void) | null;
  /**
   * A body of the request is on its way.
   *
   * @param isCallers whether it waits for its caller now
   * @param giveUp ends it, so that others get the slot
   */
  readonly moves: (isCallers: (nowMs: number) => boolean, giveUp: () => void) => void;
  /** To be called when the answer's body has ended, or when there is none. */
  readonly release: () => void;
}
