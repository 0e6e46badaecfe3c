// What an isolate remembers of proofs: tokens that it has verified, by digest, and credentials that it refused. What
// was verified holds for exactly what it was verified by: one provider as one policy words it, and one set of keys.
import type { ClientIndex } from "../decide/identity/client-index.ts";
import { newAddressLimits, type AddressLimits } from "../decide/identity/address-limit.ts";
import { BoundedMap } from "../decide/text/bounded-map.ts";
import type { Authentication, Identities, JwtProvider } from "../model/snapshot/access.ts";
import type { Claims } from "../model/snapshot/caller.ts";
import type { KeySet } from "../tokens/key-set.ts";

export interface ProofMemory {
  readonly failures: AddressLimits;
  readonly verified: BoundedMap<string, VerifiedToken>;
  /** By the provider's words. */
  readonly providers: BoundedMap<string, ProviderMemory>;
  /** The same, by the snapshot's own object. */
  readonly known: WeakMap<JwtProvider, ProviderMemory>;
  /** Clients by their ids, of each snapshot that is still in use. */
  readonly clients: WeakMap<Identities["clients"], ClientIndex>;
  made: number;
}

export interface ProviderMemory {
  readonly id: number;
  /** Of an inline set or a shared secret; null = not made yet. */
  keys: KeySet | null;
}

interface VerifiedToken {
  readonly claims: Claims;
  readonly keys: KeySet;
  readonly expiresAtMs: number;
}

const MAX_VERIFIED = 2000;
const MAX_PROVIDERS = 500;
/** A token without `exp` is looked at anew after so long. */
const NO_EXPIRY_MS = 600_000;

export function newProofMemory(): ProofMemory {
  return {
    failures: newAddressLimits(),
    verified: new BoundedMap(MAX_VERIFIED),
    providers: new BoundedMap(MAX_PROVIDERS),
    known: new WeakMap(),
    clients: new WeakMap(),
    made: 0,
  };
}

/** Survives a new revision as long as the policy says the same of the provider. */
export function memoryOf(memory: ProofMemory, { policy }: Authentication, provider: JwtProvider): ProviderMemory {
  const known = memory.known.get(provider);
  if (known !== undefined) {
    return known;
  }
  const words = JSON.stringify([policy, provider]);
  const held = memory.providers.get(words) ?? { id: ++memory.made, keys: null };
  memory.providers.set(words, held);
  memory.known.set(provider, held);
  return held;
}

/** @param keys those in force now: what others vouched for does not count */
export function recall(
  { verified }: ProofMemory,
  { id }: ProviderMemory,
  digest: string,
  keys: KeySet,
  now: number,
): VerifiedToken | null {
  const key = `${id} ${digest}`;
  const held = verified.get(key);
  if (held === undefined) {
    return null;
  }
  if (held.keys === keys && now < held.expiresAtMs) {
    return held;
  }
  verified.delete(key);
  return null;
}

export function remember(
  { verified }: ProofMemory,
  { id }: ProviderMemory,
  digest: string,
  {
    claims,
    keys,
    expiresAtMs,
  }: { readonly claims: Claims; readonly keys: KeySet; readonly expiresAtMs: number | null },
  now: number,
): void {
  const until = expiresAtMs ?? now + NO_EXPIRY_MS;
  verified.set(`${id} ${digest}`, { claims, keys, expiresAtMs: until });
}
