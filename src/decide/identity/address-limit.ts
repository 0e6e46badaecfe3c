// How often what costs the mesh is answered to strangers before it is a 429: a bucket for each address (an IPv6 one
// counts by its /64). Of credentials the wrong ones count alone, whatever is guessed: whoever has the right secret, 256
// random bits, is let in however much is guessed, under its id or from its address, so nobody can shut anybody out.
// Where nobody knows the address, nothing is counted.
import { addressBlock } from "../text/ip.ts";
import { BoundedMap } from "../text/bounded-map.ts";

/** So many at once, and how often one more. */
const BURST = 20;
const REFILL_MS = 3000;
const MAX_ENTRIES = 10_000;

/** By address: when its bucket will be empty again. State of an isolate; only the functions here look inside. */
export type AddressLimits = BoundedMap<string, number>;

export function newAddressLimits(): AddressLimits {
  return new BoundedMap(MAX_ENTRIES);
}

/** Milliseconds until the next is answered; 0 = now. */
export function addressWait(limits: AddressLimits, ip: string | null, now: number): number {
  if (ip === null) {
    return 0;
  }
  return Math.max(0, (limits.get(addressBlock(ip)) ?? 0) - now - (BURST - 1) * REFILL_MS);
}

export function countAddress(limits: AddressLimits, ip: string | null, now: number): void {
  if (ip === null) {
    return;
  }
  const key = addressBlock(ip);
  limits.set(key, Math.max(now, limits.get(key) ?? 0) + REFILL_MS);
}
