// The lines of a tail: so many at most, each once, and held back while the reader has stopped them. Knows nothing of
// where they come from.
import type { ReceiptShown } from "../../model/api/requests.ts";

/** A request, or something to be said between two of them. */
export type TailWords = { readonly receipt: ReceiptShown } | { readonly mark: string };
export type TailLine = TailWords & { readonly nth: number };

export interface TailView {
  /** The oldest first. */
  readonly lines: readonly TailLine[];
  readonly isPaused: boolean;
  /** Requests that came while it was paused. */
  readonly heldBack: number;
}

export const MOST_LINES = 300;
/** Drawn while it runs: more than the tallest window shows of them, and nobody reads what has run out of it. */
export const MOST_RUNNING = 60;
/** A stream that begins anew tells the last two seconds once more. */
const MOST_KNOWN = 2_000;

export class TailLines {
  #lines: readonly TailLine[] = [];
  #held: readonly TailLine[] = [];
  #heldBack = 0;
  #isPaused = false;
  #next = 0;
  readonly #known = new Set<string>();

  add(told: readonly TailWords[]): void {
    const fresh = told.filter((one) => !("receipt" in one) || this.#isNew(one.receipt));
    const lines = fresh.map((one): TailLine => Object.assign({ nth: (this.#next += 1) }, one));
    if (this.#isPaused) {
      this.#held = [...this.#held, ...lines].slice(-MOST_LINES);
      this.#heldBack += lines.filter((one) => "receipt" in one).length;
    } else {
      this.#lines = [...this.#lines, ...lines].slice(-MOST_LINES);
    }
  }

  #isNew({ traceId, requestId, at, tookMs, service, path }: ReceiptShown): boolean {
    const identity = JSON.stringify([traceId, requestId, at, tookMs, service, path]);
    if (this.#known.has(identity)) {
      return false;
    }
    this.#known.add(identity);
    for (const oldest of this.#known) {
      if (this.#known.size <= MOST_KNOWN) {
        break;
      }
      this.#known.delete(oldest);
    }
    return true;
  }

  pause(): void {
    this.#isPaused = true;
  }

  /** What was held back follows; of more than there is room for, the newest. */
  resume(): void {
    const isAll = this.#heldBack === this.#held.filter((one) => "receipt" in one).length;
    // The words that say so take a line, too.
    const held = isAll ? this.#held : this.#held.slice(1 - MOST_LINES);
    const lost = this.#heldBack - held.filter((one) => "receipt" in one).length;
    const mark = { mark: `${lost} more came while this was stopped, and are not shown`, nth: (this.#next += 1) };
    this.#lines = [...this.#lines, ...(isAll ? [] : [mark]), ...held].slice(-MOST_LINES);
    this.#held = [];
    this.#heldBack = 0;
    this.#isPaused = false;
  }

  view(): TailView {
    return { lines: this.#lines, isPaused: this.#isPaused, heldBack: this.#heldBack };
  }
}
