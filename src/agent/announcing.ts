// What the mesh is to be told about an endpoint, and when: pure, with the time and chance of a call passed in. Asks
// nobody; announcer.ts makes the calls that are due here.

/** `undecided`: nothing is known of the app yet. `ended`: taken out of the registry for good. */
export type Wanted = "undecided" | "present" | "absent" | "draining" | "ended";

/** What the registry holds, as far as it has told. `unsure`: a call that changes it got no answer. */
type Held = "absent" | "present" | "draining" | "unsure";

export type AgentCall = "register" | "heartbeat" | "drain" | "remove";

/** `unknown`: the registry holds no such endpoint. `refused`: asking again changes nothing until somebody acts. */
export type CallOutcome = "done" | "unknown" | "failed" | "refused";

export interface Announcing {
  readonly wanted: Wanted;
  readonly held: Held;
  /** Calls in a row that got no answer. */
  readonly failures: number;
  /** Not before this, milliseconds of a clock that never goes back. */
  readonly dueAt: number;
}

interface Moment {
  /** Of the lease. */
  readonly ttlMs: number;
  readonly now: number;
  /** 0 to below 1, anew at every call. */
  readonly random: number;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;
/** Somebody has to change something first. */
const REFUSED_MS = 30_000;
/** Agents that were forgotten together do not come back together. */
const SPREAD_MS = 1_000;
/** So much of an interval at most is left off, by chance. */
const JITTER = 0.2;

/** A former process may have left an endpoint of the same address behind: nobody knows. */
export const initialAnnouncing: Announcing = { wanted: "undecided", held: "unsure", failures: 0, dueAt: 0 };

/** The call that is to be made, at `dueAt` or when that is over; null = none. */
export function dueCall({ wanted, held }: Announcing): AgentCall | null {
  switch (wanted) {
    case "undecided":
      return null;
    case "present":
      return held === "present" ? "heartbeat" : "register";
    case "draining":
      return held === "present" || held === "unsure" ? "drain" : null;
    case "absent":
    case "ended":
      return held === "absent" ? null : "remove";
  }
}

/** What is wanted changes, and is due at once. Whoever drains or has ended does not come back. */
export function want(state: Announcing, wanted: Wanted, now: number): Announcing {
  const isOnItsWay = state.wanted === "draining" || state.wanted === "ended";
  if (state.wanted === wanted || (isOnItsWay && wanted !== "ended")) {
    return state;
  }
  return { ...state, wanted, failures: 0, dueAt: now };
}

/** What a call changed, and when the next one is due. */
export function afterCall(
  state: Announcing,
  call: AgentCall,
  outcome: CallOutcome,
  { now, random, ttlMs }: Moment,
): Announcing {
  const held = heldAfter(state.held, call, outcome);
  if (!serves(call, state.wanted)) {
    // Something else became wanted meanwhile.
    return { ...state, held, failures: 0, dueAt: now };
  }
  const beatMs = ttlMs / 3;
  switch (outcome) {
    case "done":
      return { ...state, held, failures: 0, dueAt: held === "present" ? now + beatMs * (1 - JITTER * random) : now };
    case "unknown":
      return { ...state, held, failures: 0, dueAt: now + SPREAD_MS * random };
    case "failed": {
      const longest = Math.min(LONGEST_RETRY_MS, beatMs);
      const backoff = Math.min(longest, FIRST_RETRY_MS * 2 ** Math.min(state.failures, 10));
      return { ...state, held, failures: state.failures + 1, dueAt: now + backoff * (1 - random / 2) };
    }
    case "refused":
      return { ...state, held, failures: 0, dueAt: now + REFUSED_MS * (1 - JITTER * random) };
  }
}

const serves = (call: AgentCall, wanted: Wanted): boolean =>
  wanted === "present"
    ? call === "register" || call === "heartbeat"
    : wanted === "draining"
      ? call === "drain"
      : call === "remove";

function heldAfter(held: Held, call: AgentCall, outcome: CallOutcome): Held {
  switch (outcome) {
    case "unknown":
      return "absent";
    case "refused":
      return held;
    case "failed":
      // A heartbeat changes nothing; of the others nobody knows whether they arrived.
      return call === "heartbeat" ? held : "unsure";
    case "done":
      return AFTER[call];
  }
}

const AFTER: Readonly<Record<AgentCall, Held>> = {
  register: "present",
  heartbeat: "present",
  drain: "draining",
  remove: "absent",
};
