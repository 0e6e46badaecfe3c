// Which assertions were used already, until they would have expired anyway. Full means full: what cannot be remembered
// is not let in, or the oldest could be used again.

const MAX_IDS = 100_000;

export class SeenIds {
  /** `jti` → when it expires, milliseconds since the epoch; about in that order. */
  readonly #ids = new Map<string, number>();

  /** @returns `full` = nothing more can be remembered just now */
  first(id: string, expiresAtMs: number, now: number): "first" | "again" | "full" {
    const known = this.#ids.get(id);
    if (known !== undefined && now < known) {
      return "again";
    }
    this.#forget(now);
    if (this.#ids.size >= MAX_IDS) {
      return "full";
    }
    this.#ids.set(id, expiresAtMs);
    return "first";
  }

  #forget(now: number): void {
    for (const [id, expiresAtMs] of this.#ids) {
      if (now < expiresAtMs) {
        return;
      }
      this.#ids.delete(id);
    }
  }
}
