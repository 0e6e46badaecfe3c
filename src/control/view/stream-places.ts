// How many streams an isolate tells at once. Whose reader left without a word has its place until the stream would have
// ended by itself.
const MOST = 50;

export class StreamPlaces {
  readonly #until = new Map<symbol, number>();

  /** @returns gives the place back, however often it is called; null = all are taken */
  take(now: number, longestMs: number): (() => void) | null {
    for (const [place, until] of this.#until) {
      if (until <= now) {
        this.#until.delete(place);
      }
    }
    if (this.#until.size >= MOST) {
      return null;
    }
    const place = Symbol("stream");
    this.#until.set(place, now + longestMs);
    return () => void this.#until.delete(place);
  }
}
