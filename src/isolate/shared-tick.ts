// One timer for all calls of an isolate that are young: a timer of one's own, set and ended for each request, costs a
// twentieth of what a bare Worker does. A timer belongs to the request that set it and ends with it, so nobody depends
// on this one for longer than its first tick: a call that is still out by then is told so, and sets a timer of its own.

/** As much of a request's context as is needed to outlive its answer. */
interface Context {
  waitUntil(work: Promise<unknown>): void;
}

/** How long a call may take, and what becomes of what comes too late. */
interface Deadline<Value> {
  readonly ms: number;
  readonly late: (value: Value) => unknown;
  readonly now: () => number;
}

interface Rider {
  /** Its place in the list; -1 = it is in it no more. */
  at: number;
  readonly wake: () => void;
}

export class SharedTick {
  readonly #tickMs: number;
  readonly #wait: (ms: number) => Promise<unknown>;
  readonly #riders: Rider[] = [];
  #firesAtMs = -Infinity;

  /** @param tickMs what is due sooner than after two of them has a timer of its own from the beginning */
  constructor(tickMs = 200, wait: (ms: number) => Promise<unknown> = inTime) {
    this.#tickMs = tickMs;
    this.#wait = wait;
  }

  /** Those that would be told now. */
  get size(): number {
    return this.#riders.length;
  }

  watches(ms: number): boolean {
    return ms >= 2 * this.#tickMs;
  }

  /**
   * What comes of `work`, or null when nothing has after so long. Only the word that a call is still out crosses from
   * one request to another, never its answer: the runtime takes a request for hung that has nothing left to wait for
   * but that.
   */
  ride<Value>(
    work: Promise<Value>,
    { ms, late, now }: Deadline<Value>,
    ctx: Context,
    nowMs: number,
  ): Promise<Value | null> {
    // One that should have fired by now went with its request: whoever comes next wakes everybody.
    if (nowMs >= this.#firesAtMs + this.#tickMs) {
      this.#firesAtMs = nowMs + this.#tickMs;
      ctx.waitUntil(this.#fire());
    }
    const { promise: woken, resolve: wake } = Promise.withResolvers<void>();
    const rider: Rider = { at: this.#riders.length, wake };
    this.#riders.push(rider);
    return new Promise((resolve, reject) => {
      let timer: ReturnType<typeof setTimeout> | null = null;
      let isOver = false;
      let isLate = false;
      const pass = (): void => {
        isLate = true;
        resolve(null);
      };
      const begin = (): void => {
        timer = isOver ? null : setTimeout(pass, Math.max(0, nowMs + ms - now()));
      };
      void woken.then(begin);
      const end = (): void => {
        isOver = true;
        this.#leave(rider);
        if (timer !== null) {
          clearTimeout(timer);
        }
      };
      work.then(
        (value) => {
          end();
          return isLate ? late(value) : resolve(value);
        },
        (error: unknown) => {
          end();
          reject(error);
        },
      );
    });
  }

  async #fire(): Promise<void> {
    await this.#wait(this.#tickMs);
    this.#firesAtMs = -Infinity;
    for (const rider of this.#riders.splice(0)) {
      rider.at = -1;
      rider.wake();
    }
  }

  /** The last one takes its place. */
  #leave(rider: Rider): void {
    const last = rider.at === -1 ? undefined : this.#riders.pop();
    if (last !== undefined && last !== rider) {
      this.#riders[rider.at] = last;
      last.at = rider.at;
    }
    rider.at = -1;
  }
}

function inTime(ms: number): Promise<unknown> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
