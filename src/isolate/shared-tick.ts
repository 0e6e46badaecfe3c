// One timer for all calls of an isolate that are young: a timer of one's own, set and ended for each request, costs a
// twentieth of what a bare Worker does. A timer belongs to the request that set it and ends with it, so nobody depends
// on this one for longer than its first tick: who has no answer by then is woken, and sets a timer of its own.

/** A call that still goes on when it is woken has to watch its own time from then on. */
export const STILL_OUT = Symbol("still out");

/** As much of a request's context as is needed to outlive its answer. */
interface Context {
  waitUntil(work: Promise<unknown>): void;
}

interface Rider {
  at: number;
  readonly wake: (woken: typeof STILL_OUT) => void;
}

export class SharedTick {
  readonly tickMs: number;
  readonly #riders: Rider[] = [];
  #firesAtMs = -Infinity;

  /** @param tickMs what is due sooner needs a timer of its own */
  constructor(tickMs = 200) {
    this.tickMs = tickMs;
  }

  /** Those that would be woken now. */
  get size(): number {
    return this.#riders.length;
  }

  /**
   * What comes of `work`, or that it is still out after at most one tick. Its promise belongs to the request that asks,
   * so that the runtime lets nothing of it run in another's context.
   */
  ride<Value>(work: Promise<Value>, ctx: Context, nowMs: number): Promise<Value | typeof STILL_OUT> {
    // One that should have fired by now went with its request: whoever comes next wakes everybody.
    if (nowMs >= this.#firesAtMs + this.tickMs) {
      this.#firesAtMs = nowMs + this.tickMs;
      ctx.waitUntil(this.#fire());
    }
    return new Promise((resolve, reject) => {
      const rider: Rider = { at: this.#riders.length, wake: resolve };
      this.#riders.push(rider);
      work.then(
        (value) => {
          this.#leave(rider);
          return resolve(value);
        },
        (error: unknown) => {
          this.#leave(rider);
          reject(error);
        },
      );
    });
  }

  async #fire(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, this.tickMs));
    this.#firesAtMs = -Infinity;
    for (const rider of this.#riders.splice(0)) {
      rider.at = -1;
      rider.wake(STILL_OUT);
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
