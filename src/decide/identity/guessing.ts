// What strangers may cost the registry by secrets that they make up. One that was not known a moment ago is not asked
// about again; whoever shows too many has the rest held against the digests of all there are, which are read once in
// two seconds for everybody. So a right secret is let in however much is guessed beside it, and wrong ones cost next to
// nothing.
import { BoundedMap } from "../text/bounded-map.ts";
import { addressWait, newAddressLimits, countAddress, type AddressLimits } from "./address-limit.ts";

export interface Guessing {
  readonly failures: AddressLimits;
  /** By digest: until when it counts as unknown. Secrets are random, so none that was made up comes to be. */
  readonly unknown: BoundedMap<string, number>;
  /** Digests of all secrets that the registry knows, and when they were read; null = they were not needed yet. */
  known: { readonly digests: ReadonlySet<string>; readonly at: number } | null;
  /** When somebody began to read them; null = nobody does. */
  readingSince: number | null;
}

/** `ask`: the registry. `read`: all digests, and then come again. */
type NextStep = "ask" | "read" | "unknown" | { readonly waitMs: number };

const UNKNOWN_MS = 5000;
const MOST_UNKNOWN = 10_000;
const FRESH_MS = 2000;
/** One that reads for longer may have been cancelled. */
const READING_MS = 2000;

export function newGuessing(): Guessing {
  return { failures: newAddressLimits(), unknown: new BoundedMap(MOST_UNKNOWN), known: null, readingSince: null };
}

/** @param ip null = nobody knows, and nothing is counted */
export function nextStep(state: Guessing, digest: string, ip: string | null, now: number): NextStep {
  const waitMs = addressWait(state.failures, ip, now);
  if ((state.unknown.get(digest) ?? 0) > now) {
    return waitMs > 0 ? { waitMs } : "unknown";
  }
  if (waitMs === 0) {
    return "ask";
  }
  const { known, readingSince } = state;
  if (known?.digests.has(digest) === true) {
    return "ask";
  }
  if (known !== null && now - known.at < FRESH_MS) {
    return { waitMs };
  }
  const isRead = readingSince !== null && now - readingSince < READING_MS;
  return isRead ? { waitMs } : "read";
}

export function noteUnknown(state: Guessing, digest: string, ip: string | null, now: number): void {
  state.unknown.set(digest, now + UNKNOWN_MS);
  countAddress(state.failures, ip, now);
}

export function beginReading(state: Guessing, now: number): void {
  state.readingSince = now;
}

/** @param digests null = they could not be read: what was known before goes on to hold */
export function endReading(state: Guessing, digests: readonly string[] | null, now: number): void {
  state.readingSince = null;
  if (digests !== null) {
    state.known = { digests: new Set(digests), at: now };
  }
}
