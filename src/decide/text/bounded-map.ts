// A map that cannot grow without end. What was written longest ago goes first: an attacker who fills it pushes out his
// own entries before he reaches those that are written again with each use.

export class BoundedMap<Key, Value> implements Iterable<[Key, Value]> {
  readonly most: number;
  readonly #map = new Map<Key, Value>();

  /** @param most entries it ever holds, at least one */
  constructor(most: number) {
    this.most = most;
  }

  get size(): number {
    return this.#map.size;
  }

  get(key: Key): Value | undefined {
    return this.#map.get(key);
  }

  has(key: Key): boolean {
    return this.#map.has(key);
  }

  /** Puts the entry last; of too many the first goes. */
  set(key: Key, value: Value): void {
    if (!this.#map.delete(key) && this.#map.size >= this.most) {
      const oldest = this.#map.keys().next();
      if (oldest.done !== true) {
        this.#map.delete(oldest.value);
      }
    }
    this.#map.set(key, value);
  }

  /** The entry as it is; one that is new is made, and put last. */
  getOrMake(key: Key, make: () => Value): Value {
    const known = this.#map.get(key);
    if (known !== undefined) {
      return known;
    }
    const made = make();
    this.set(key, made);
    return made;
  }

  delete(key: Key): boolean {
    return this.#map.delete(key);
  }

  clear(): void {
    this.#map.clear();
  }

  /** The one written longest ago first. */
  [Symbol.iterator](): IterableIterator<[Key, Value]> {
    return this.#map.entries();
  }
}
