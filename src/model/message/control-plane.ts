// What a data Worker asks of a control plane that is a Worker of its own, beside requests of the admin API. During a
// deployment the two may be of different releases: methods are only ever added.

type Answer<Value> = Value | Promise<Value>;

export interface ControlPlane {
  /**
   * Takes expired Overrides out of force. Answers when to ask again, milliseconds since the epoch; null = not at all.
   */
  expireOverrides(): Answer<number | null>;
  /** The minutely run. */
  sweep(scheduledTime: number): Answer<void>;
  /** Those of its settings that the data Worker must have alike, by the names of their variables. No secrets. */
  settings(): Answer<Readonly<Record<string, string>>>;
}
