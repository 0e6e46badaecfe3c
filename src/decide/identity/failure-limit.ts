// How often credentials may be refused before they are no longer looked at: a bucket of failures for each client and for each
// address (an IPv6 one counts by its /64). A client that was let in lately from an address is not shut out there by what others
// do: neither under its id from elsewhere, nor from the same address, which may be that of a whole company. It could only guess
// its own secret.
import { addressBlock } from "../limit/key.ts";
import { BoundedMap } from "../text/bounded-map.ts";

/** Failures at once, and how often one more. */
const BURST = 20;
const REFILL_MS = 3000;
const MAX_ENTRIES = 10_000;
const TRUSTED_MS = 3_600_000;

/** State of an isolate; only the functions here look inside. */
export interface FailureLimits {
  /** By client, by address: when the bucket will be empty again. */
  readonly busyUntil: BoundedMap<string, number>;
  /** Client and address → when it was last let in. */
  readonly good: BoundedMap<string, number>;
}

export function newFailureLimits(): FailureLimits {
  return { busyUntil: new BoundedMap(MAX_ENTRIES), good: new BoundedMap(MAX_ENTRIES) };
}

/** Milliseconds until the credentials are looked at; 0 = now. */
export function failureWait(limits: FailureLimits, client: string, ip: string | null, now: number): number {
  if (now - (limits.good.get(pairKey(client, ip)) ?? -Infinity) < TRUSTED_MS) return 0;
  return Math.max(waitFor(limits, clientKey(client), now), ip === null ? 0 : waitFor(limits, addressKey(ip), now));
}

export function noteFailure(limits: FailureLimits, client: string, ip: string | null, now: number): void {
  for (const key of [clientKey(client), ...(ip === null ? [] : [addressKey(ip)])]) {
    const busyUntil = Math.max(now, limits.busyUntil.get(key) ?? 0) + REFILL_MS;
    limits.busyUntil.set(key, busyUntil);
  }
}

export function noteSuccess(limits: FailureLimits, client: string, ip: string | null, now: number): void {
  const key = pairKey(client, ip);
  // Once a minute is enough, and spares every other request the write.
  if (now - (limits.good.get(key) ?? -Infinity) > 60_000) limits.good.set(key, now);
}

function waitFor({ busyUntil }: FailureLimits, key: string, now: number): number {
  return Math.max(0, (busyUntil.get(key) ?? 0) - now - (BURST - 1) * REFILL_MS);
}

const clientKey = (client: string): string => `client ${client}`;
const addressKey = (ip: string): string => `address ${addressBlock(ip)}`;
const pairKey = (client: string, ip: string | null): string => `${addressBlock(ip)} ${client}`;
