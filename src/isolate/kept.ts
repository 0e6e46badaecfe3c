// A value that is kept fresh in memory: the snapshot, the mesh's keys, key sets, a provider's description. Values are
// shared between requests, never a promise, because on Workers one request may not wait for another's I/O: whoever
// waits looks again until the value is there. One question at a time; the last good value serves while the source does
// not answer.
import { freshness, isUsable, type Checks, type FreshnessTerms } from "../decide/fleet/freshness.ts";

/** Where work goes on after the request was answered. */
export interface Context {
  waitUntil(work: Promise<unknown>): void;
}

/** A clock. What else a loader needs from outside is added to it. */
export interface Clock {
  now(): number;
  wait(ms: number): Promise<void>;
}

export interface KeptTerms extends FreshnessTerms {
  /** Younger than this is used without asking; a loader may say another for the time being. */
  readonly freshMs: number;
  /** Until the next question after one that failed: with a value at hand, and without one. */
  readonly retryMs: number;
  readonly coldRetryMs: number;
  /** How long a request waits: with a value to fall back on, and without one. */
  readonly waitMs: number;
  readonly coldWaitMs: number;
  /** A question that takes longer has lost its turn: its request may have been cancelled under it. */
  readonly turnMs: number;
  /** Requests that may wait at a time: a flood must not fill the isolate with waiting. */
  readonly mostWaiting: number;
}

export interface Loaded<Value> {
  readonly value: Value;
  /** When it was true; absent = when the question was sent. */
  readonly confirmedAt?: number;
  /** From now on it is used for so long without asking; absent = as before. */
  readonly freshMs?: number;
  /** Nobody asks again within this time; absent = 0. */
  readonly restMs?: number;
}

/** It cannot be had for so long. */
export interface NotLoaded {
  readonly retryMs: number;
}

/**
 * Asks the source. May reject: then it is tried again when the terms say so.
 *
 * @param held the last value, however old
 */
type Load<Value, Ports> = (
  ports: Ports,
  held: Value | null,
  asked: { readonly sentAt: number; readonly ctx: Context | null },
) => Promise<Loaded<Value> | NotLoaded>;

/** Between two looks at whether another request's question has been answered: a quarter of what was waited so far. */
const FIRST_LOOK_MS = 10;
const LONGEST_LOOK_MS = 320;

export class Kept<Value, Ports extends Clock> {
  readonly #terms: KeptTerms;
  readonly #load: Load<Value, Ports>;
  #value: Value | null = null;
  #checks: Checks;
  /** When the question was sent that the value came with. */
  #valueSentAt = -Infinity;
  /** When the last question was sent. */
  #askedAt = -Infinity;
  #isAsking = false;
  /** Questions that ended, well or not. */
  #ended = 0;
  #waiting = 0;

  constructor(terms: KeptTerms, load: Load<Value, Ports>) {
    this.#terms = terms;
    this.#load = load;
    this.#checks = { confirmedAt: null, failedAt: null, notBefore: 0, freshMs: terms.freshMs };
  }

  /** The last value, however old: for those who tell about it. */
  get last(): Value | null {
    return this.#value;
  }

  get checks(): Checks {
    return this.#checks;
  }

  /**
   * The value to decide with; null = there is none, or the last one is too old. A promise only while something has to
   * be waited for. Never rejects.
   *
   * @param ctx null = nobody lets work go on after the answer: whoever finds the value due waits for it, others do not
   */
  current(ports: Ports, ctx: Context | null, now: number): Promise<Value | null> | Value | null {
    switch (freshness(this.#terms, this.#checks, now)) {
      case "serve":
        return this.#value;
      case "expired":
        return null;
      case "refresh-behind":
        if (this.isAsking(now)) {
          return this.#value;
        }
        if (ctx === null) {
          return this.#checkFirst(ports, ctx, now);
        }
        ctx.waitUntil(this.#ask(ports, ctx, now));
        return this.#value;
      case "check-first":
        return this.#checkFirst(ports, ctx, now);
    }
  }

  /** Asks whatever the age, or waits for the question that is under way. Never rejects. */
  async renew(ports: Ports, ctx: Context | null, now: number): Promise<void> {
    await this.#awaitAnswer(ports, ctx, now, this.#terms.coldWaitMs);
  }

  /** The same, behind the request. */
  renewBehind(ports: Ports, ctx: Context, now: number): void {
    if (!this.isAsking(now)) {
      ctx.waitUntil(this.#ask(ports, ctx, now));
    }
  }

  /** What is held is asked about before it is used again; it still serves where the source does not answer. */
  doubt(): void {
    const { confirmedAt } = this.#checks;
    const doubted = confirmedAt === null ? null : confirmedAt - this.#terms.checkFirstMs - 1;
    this.#checks = { ...this.#checks, confirmedAt: doubted, failedAt: null, notBefore: 0 };
  }

  /** The source says how long the value is fresh. */
  freshFor(freshMs: number): void {
    this.#checks = { ...this.#checks, freshMs };
  }

  /** A question whose request was cancelled under it never ends: after a while it does not count. */
  isAsking(now: number): boolean {
    return this.#isAsking && now - this.#askedAt < this.#terms.turnMs;
  }

  async #checkFirst(ports: Ports, ctx: Context | null, now: number): Promise<Value | null> {
    const hasValue = isUsable(this.#terms, this.#checks.confirmedAt, now);
    const ended = await this.#awaitAnswer(ports, ctx, now, hasValue ? this.#terms.waitMs : this.#terms.coldWaitMs);
    if (!ended) {
      // One request has waited long enough; the others need not.
      this.#fail(ports.now(), null);
      this.#ended++;
    }
    return isUsable(this.#terms, this.#checks.confirmedAt, ports.now()) ? this.#value : null;
  }

  /** @returns false = no question came to its end in time */
  async #awaitAnswer(ports: Ports, ctx: Context | null, since: number, waitMs: number): Promise<boolean> {
    if (this.#waiting >= this.#terms.mostWaiting) {
      return true;
    }
    this.#waiting++;
    const before = this.#ended;
    for (let now = since; now - since < waitMs && this.#ended === before; now = ports.now()) {
      const leftMs = waitMs - (now - since);
      if (this.isAsking(now)) {
        const lookMs = Math.min(LONGEST_LOOK_MS, Math.max(FIRST_LOOK_MS, (now - since) / 4));
        await ports.wait(Math.min(leftMs, lookMs));
      } else {
        const asking = this.#ask(ports, ctx, now);
        ctx?.waitUntil(asking);
        await Promise.race([asking, ports.wait(leftMs)]);
      }
    }
    this.#waiting--;
    return this.#ended !== before;
  }

  async #ask(ports: Ports, ctx: Context | null, sentAt: number): Promise<void> {
    this.#askedAt = sentAt;
    this.#isAsking = true;
    try {
      const loaded = await this.#load(ports, this.#value, { sentAt, ctx });
      if ("value" in loaded) {
        this.#take(loaded, sentAt);
      } else {
        this.#fail(ports.now(), loaded.retryMs);
      }
    } catch {
      this.#fail(ports.now(), null);
    }
    if (this.#askedAt === sentAt) {
      this.#isAsking = false;
    }
    this.#ended++;
  }

  #take(loaded: Loaded<Value>, sentAt: number): void {
    // A later question was answered first: what came now is older.
    if (sentAt < this.#valueSentAt) {
      return;
    }
    this.#value = loaded.value;
    this.#valueSentAt = sentAt;
    const confirmedAt = Math.max(loaded.confirmedAt ?? sentAt, this.#checks.confirmedAt ?? -Infinity);
    const freshMs = loaded.freshMs ?? this.#checks.freshMs;
    // A source that has nothing fresh itself counts as failing: nobody needs to wait for it.
    const failedAt = sentAt - confirmedAt > freshMs ? sentAt : null;
    this.#checks = { confirmedAt, failedAt, notBefore: sentAt + (loaded.restMs ?? 0), freshMs };
  }

  #fail(now: number, retryMs: number | null): void {
    const hasValue = isUsable(this.#terms, this.#checks.confirmedAt, now);
    const againMs = retryMs ?? (hasValue ? this.#terms.retryMs : this.#terms.coldRetryMs);
    this.#checks = { ...this.#checks, failedAt: now, notBefore: now + againMs };
  }
}
