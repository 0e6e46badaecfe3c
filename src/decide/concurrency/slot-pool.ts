// Lends a bounded number of one thing to isolates: slots for requests, places in the queue.
//
// Why it is never exceeded: what is lent is taken off before the answer leaves, and it stays off until its isolate
// says, in a later report, that it holds less, or until the loan's time is over. The time counts from the sending of
// the report there and from its arrival here, so it ends there first. A lost answer leaves something unused, never
// something twice.

export interface Pool {
  readonly holders: Map<string, Holder>;
  /** What an earlier life of the coordinator may have lent and nobody has claimed yet. */
  forgotten: { count: number; until: number };
}

interface Holder {
  /** The most that the isolate may be using. */
  held: number;
  /** The most that it could have used at once of late. */
  demand: number;
  used: number;
  diesAt: number;
}

interface Claim {
  readonly isolate: string;
  readonly have: number;
  readonly demand: number;
  readonly used: number;
  readonly diesAt: number;
}

type Spares = "none" | "small" | "large";

interface Loan {
  readonly lent: number;
  /** Less than the isolate could use. */
  readonly isLess: boolean;
  /** Nobody could have more: all of it is in use. */
  readonly isFull: boolean;
}

/** Share of what is free that isolates get beyond what they need: all of them together a quarter. */
const SPARE = 4;
/** Reports are a little old, and something is always between two requests. */
const FULL = 0.95;

export function newPool(): Pool {
  return { holders: new Map(), forgotten: { count: 0, until: 0 } };
}

/**
 * Takes one isolate's report and lends it what it may use until the next. Where all could use more than there is, each
 * gets its fair share (max-min), and one that has more keeps what is on its way and gets no more.
 *
 * @param spares what an isolate gets beyond what it can use now: less while somebody else wants it
 */
export function lend(pool: Pool, capacity: number, claim: Claim, spares: Spares, now: number): Loan {
  bury(pool, now);
  const { isolate, have, demand, used, diesAt } = claim;
  if (!pool.holders.has(isolate)) {
    pool.forgotten.count = Math.max(0, pool.forgotten.count - have);
  }
  pool.holders.delete(isolate);
  const demands = [demand];
  let others = pool.forgotten.count;
  for (const holder of pool.holders.values()) {
    others += holder.held;
    demands.push(holder.demand);
  }
  const free = Math.max(0, capacity - others);
  const wanted = demands.reduce((sum, one) => sum + one, 0);
  const wish =
    wanted > capacity
      ? Math.min(demand, Math.ceil(fairShare(capacity, demands)))
      : demand + spareOf(demand, free, demands.length, spares);
  const lent = Math.min(wish, free);
  pool.holders.set(isolate, { held: Math.max(lent, have), demand, used, diesAt });
  return { lent, isLess: lent < demand, isFull: inUse(pool) >= FULL * capacity };
}

/** What isolates may be using, as far as is known. */
export function lentOut(pool: Pool, now: number): number {
  bury(pool, now);
  let sum = pool.forgotten.count;
  for (const { held } of pool.holders.values()) {
    sum += held;
  }
  return sum;
}

/** What isolates were using when they last said so. */
export function inUse({ holders }: Pool): number {
  let sum = 0;
  for (const { used } of holders.values()) {
    sum += used;
  }
  return sum;
}

/** So that a few more requests than a moment ago need not ask first. */
function spareOf(demand: number, free: number, isolates: number, spares: Spares): number {
  if (spares === "none") {
    return 0;
  }
  const left = Math.max(0, free - demand);
  if (spares === "small") {
    return Math.floor(left / isolates);
  }
  return Math.min(left, Math.max(Math.ceil(demand / 2), Math.floor(left / (SPARE * (isolates + 1)))));
}

/**
 * The most that one may have, so that all who want less get what they want, and the rest the same (max-min fairness).
 */
export function fairShare(capacity: number, demands: readonly number[]): number {
  const ascending = demands.toSorted((a, b) => a - b);
  let left = capacity;
  for (const [index, demand] of ascending.entries()) {
    const share = left / (ascending.length - index);
    if (demand > share) {
      return share;
    }
    left -= demand;
  }
  return Number.POSITIVE_INFINITY;
}

function bury(pool: Pool, now: number): void {
  for (const [isolate, { diesAt }] of pool.holders) {
    if (diesAt <= now) {
      pool.holders.delete(isolate);
    }
  }
  if (pool.forgotten.until <= now) {
    pool.forgotten.count = 0;
  }
}
