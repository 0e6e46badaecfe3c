// What a reader was answered a moment ago, for another one of the same rights who asks the same. Finished answers
// alone: nothing that is under way may pass from one request of an isolate to another. It knows nobody's rights.

export interface ReadAnswer {
  readonly status: number;
  /** Characters of JSON. */
  readonly length: number;
  /** Frozen by nobody, changed by nobody. */
  readonly value: unknown;
}

interface Held {
  /** When its reading began, milliseconds since the epoch. */
  readonly at: number;
  readonly answer: ReadAnswer;
}

interface Moment {
  readonly now: number;
  /** Something was changed then: what was read before it is none of this reader's. */
  readonly notBefore: number;
}

/** An answer holds for the second in which it was read. */
const HOLDS_MS = 1_000;
/** Of all that are held: an isolate has 128 MB for everything. */
const MOST_CHARACTERS = 4_000_000;

export class SharedReads {
  readonly #held = new Map<string, Held>();
  /** Since when somebody is reading it; whoever was cut off meanwhile is forgotten with the second. */
  readonly #begun = new Map<string, number>();

  take(key: string, { now, notBefore }: Moment): ReadAnswer | null {
    const held = this.#held.get(key);
    return held !== undefined && holds(held.at, now) && held.at >= notBefore ? held.answer : null;
  }

  /** Somebody is reading just that: to wait a little spares another reading. */
  isUnderWay(key: string, { now, notBefore }: Moment): boolean {
    const at = this.#begun.get(key);
    return at !== undefined && holds(at, now) && at >= notBefore;
  }

  begin(key: string, now: number): void {
    this.#begun.set(key, now);
  }

  /** @param at when its reading began */
  keep(key: string, at: number, answer: ReadAnswer): void {
    let characters = answer.length;
    for (const [other, held] of this.#held) {
      if (holds(held.at, at)) {
        characters += held.answer.length;
      } else {
        this.#held.delete(other);
      }
    }
    if (answer.status === 200 && characters <= MOST_CHARACTERS) {
      this.#held.set(key, { at, answer });
    }
  }

  end(key: string): void {
    this.#begun.delete(key);
  }

  /** Nobody reads any more. */
  clear(): void {
    this.#held.clear();
    this.#begun.clear();
  }
}

const holds = (at: number, now: number): boolean => now - at < HOLDS_MS && now >= at;
