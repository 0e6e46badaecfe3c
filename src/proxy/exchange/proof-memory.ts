// What an isolate remembers of proofs: tokens that it has verified, by digest, and credentials that it refused. What was
// verified holds for exactly what it was verified by: one provider as one policy words it, and one set of keys.
import { newFailureBook, type FailureBook } from "../../decide/identity/failure-limit.ts";
import type { Authentication, JwtProvider } from "../../model/snapshot/access.ts";
import type { Claims } from "../../model/snapshot/caller.ts";
import type { KeySet } from "../../tokens/key-set.ts";

export interface ProofMemory {
  readonly failures: FailureBook;
  readonly verified: Map<string, VerifiedToken>;
  /** By the provider's words. */
  readonly providers: Map<string, ProviderMemory>;
  /** The same, by the snapshot's own object. */
  readonly known: WeakMap<JwtProvider, ProviderMemory>;
  made: number;
}

export interface ProviderMemory {
  readonly id: number;
  /** Of an inline set or a shared secret; null = not made yet. */
  keys: KeySet | null;
}

export interface VerifiedToken {
  readonly claims: Claims;
  readonly keys: KeySet;
  readonly expiresAtMs: number;
}

const MAX_VERIFIED = 2000;
const MAX_PROVIDERS = 500;
/** A token without `exp` is looked at anew after so long. */
const NO_EXPIRY_MS = 600_000;

export function newProofMemory(): ProofMemory {
  return { failures: newFailureBook(), verified: new Map(), providers: new Map(), known: new WeakMap(), made: 0 };
}

/** Survives a new revision as long as the policy says the same of the provider. */
export function memoryOf(memory: ProofMemory, { policy }: Authentication, provider: JwtProvider): ProviderMemory {
  const known = memory.known.get(provider);
  if (known !== undefined) return known;
  const words = JSON.stringify([policy, provider]);
  const held = memory.providers.get(words) ?? { id: ++memory.made, keys: null };
  put(memory.providers, words, held, MAX_PROVIDERS);
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
  if (held === undefined) return null;
  if (held.keys === keys && now < held.expiresAtMs) return held;
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
  put(verified, `${id} ${digest}`, { claims, keys, expiresAtMs: until }, MAX_VERIFIED);
}

function put<T>(map: Map<string, T>, key: string, value: T, most: number): void {
  const [oldest] = map.keys();
  if (map.size >= most && oldest !== undefined && !map.has(key)) map.delete(oldest);
  map.set(key, value);
}
