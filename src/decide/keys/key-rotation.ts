// The mesh's signing keys over time: next → signing → accepted → retired, and revoked from anywhere.
//
// Why no valid token is ever refused: there is always one key that is published and does not sign yet (`next`), so
// every verifier has had LEAD_MS to fetch a key before it signs; and a key that stopped signing is accepted until the
// last token that anybody may have signed with it has expired. Why a revoked key is of no use: it leaves the published
// set in the same step, and never comes back. The one exception to the lead is a revocation of the signing key itself:
// then its successor signs at once, because verifiers ask again for a key that they do not know, and a stolen key must
// not wait.

type KeyState = "next" | "signing" | "accepted" | "retired" | "revoked";

interface RingKey {
  readonly kid: string;
  readonly state: KeyState;
  /** Since when verifiers can fetch it, milliseconds since the epoch; so are all times here. */
  readonly publishedAt: number;
  readonly since: number;
  /** Of an accepted key: from when it is retired. */
  readonly until: number | null;
}

export interface Ring {
  readonly keys: readonly RingKey[];
  /** Somebody asked for a new signing key; it waits for the lead of the next one. */
  readonly asked: boolean;
  /** How long a key signs. */
  readonly periodMs: number;
}

/** A new key is published for so long before it signs: longer than verifiers keep the published set. */
export const LEAD_MS = 600_000;
/** Longest life of what the mesh signs: the access token's. */
const TOKEN_MS = 600_000;
/** Longest time for which an isolate signs with a key that has been relieved. */
const HOLD_MS = 60_000;
/** Most that verifiers allow for clocks that differ. */
const SKEW_MS = 120_000;
/** A key that stopped signing is accepted for so long. */
export const OVERLAP_MS = TOKEN_MS + HOLD_MS + SKEW_MS;
const DEFAULT_PERIOD_MS = 30 * 86_400_000;
/** What became of old keys is told for so long. */
const REMEMBER_MS = 90 * 86_400_000;

/** The first ring: nobody holds an older set of keys, so the first key signs at once. */
export function newRing(signing: string, next: string, now: number, periodMs = DEFAULT_PERIOD_MS): Ring {
  return { keys: [key(signing, "signing", now), key(next, "next", now)], asked: false, periodMs };
}

/**
 * What time has brought. Safe to ask at any time, any number of times.
 *
 * @param fresh a key that is in no ring yet; used when the next key starts to sign
 */
export function advanceKeys(ring: Ring, fresh: string, now: number): Ring {
  const retired = { ...ring, keys: ring.keys.flatMap((one) => aged(one, now)) };
  const due = switchAt(retired);
  return due !== null && due <= now ? relieve(retired, fresh, now) : retired;
}

/** Asks for a new signing key: at once where the next one has had its lead, else as soon as it has. */
export function askRotation(ring: Ring, fresh: string, now: number): Ring {
  return advanceKeys({ ...ring, asked: true }, fresh, now);
}

/** Takes a key out of use, at once and for ever. @returns null = there is no such key in force */
export function revoke(ring: Ring, kid: string, fresh: string, now: number): Ring | null {
  const found = ring.keys.find((one) => one.kid === kid && isPublished(one));
  if (found === undefined) {
    return null;
  }
  const relieved = found.state === "signing" ? relieve(ring, fresh, now) : ring;
  const keys = relieved.keys.map((one) => (one.kid === kid ? moved(one, "revoked", now) : one));
  return { ...relieved, keys: found.state === "next" ? [...keys, key(fresh, "next", now)] : keys };
}

/** Whether its tokens are good. */
export function isPublished({ state }: RingKey): boolean {
  return state === "next" || state === "signing" || state === "accepted";
}

export function inState(ring: Ring, state: KeyState): RingKey | undefined {
  return ring.keys.find((one) => one.state === state);
}

/** When something is due next. */
export function wakeAt(ring: Ring): number {
  const times = ring.keys.map(({ until }) => until).filter((until) => until !== null);
  return Math.min(switchAt(ring) ?? Infinity, ...times);
}

/** When the next key starts to sign. */
export function switchAt(ring: Ring): number | null {
  const signing = inState(ring, "signing");
  const next = inState(ring, "next");
  if (signing === undefined || next === undefined) {
    return null;
  }
  const ready = next.publishedAt + LEAD_MS;
  return ring.asked ? ready : Math.max(ready, signing.since + ring.periodMs);
}

function relieve(ring: Ring, fresh: string, now: number): Ring {
  const keys = ring.keys.map((one) => {
    if (one.state === "signing") {
      return { ...moved(one, "accepted", now), until: now + OVERLAP_MS };
    }
    return one.state === "next" ? moved(one, "signing", now) : one;
  });
  return { ...ring, keys: [...keys, key(fresh, "next", now)], asked: false };
}

function aged(one: RingKey, now: number): RingKey[] {
  if (one.state === "accepted" && one.until !== null && one.until <= now) {
    return [moved(one, "retired", now)];
  }
  return !isPublished(one) && now - one.since > REMEMBER_MS ? [] : [one];
}

function key(kid: string, state: KeyState, now: number): RingKey {
  return { kid, state, publishedAt: now, since: now, until: null };
}

function moved(one: RingKey, state: KeyState, now: number): RingKey {
  return { ...one, state, since: now, until: null };
}
