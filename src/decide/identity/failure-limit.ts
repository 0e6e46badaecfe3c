// How often wrong credentials are answered as such before they are a 429: a bucket of failures for each address (an
// IPv6 one counts by its /64), whatever is guessed there. It holds for wrong ones only: whoever has the right secret,
// 256 random bits, is let in however much is guessed, under its id or from its address, so nobody can shut anybody out.
// Where nobody knows the address, nothing is counted.
import { addressBlock } from "../text/ip.ts";
import { BoundedMap } from "../text/bounded-map.ts";

/** Failures at once, and how often one more. */
const BURST = 20;
const REFILL_MS = 3000;
const MAX_ENTRIES = 10_000;

/** By address: when its bucket will be empty again. State of an isolate; only the functions here look inside. */
export type FailureLimits = BoundedMap<string, number>;

export function newFailureLimits(): FailureLimits {
  return new BoundedMap(MAX_ENTRIES);
}

/** Milliseconds until wrong credentials are told to be wrong; 0 = now. */
export function failureWait(limits: FailureLimits, ip: string | null, now: number): number {
  if (ip === null) {
    return 0;
  }
  return Math.max(0, (limits.get(addressBlock(ip)) ?? 0) - now - (BURST - 1) * REFILL_MS);
}

export function noteFailure(limits: FailureLimits, ip: string | null, now: number): void {
  if (ip === null) {
    return;
  }
  const key = addressBlock(ip);
  limits.set(key, Math.max(now, limits.get(key) ?? 0) + REFILL_MS);
}
