// The keys of one JWT provider: of its URL (from memory, config/live-jwks.ts), of the policy itself, or of a Worker secret.
// There is no default: a provider whose keys cannot be had lets nobody in.
import type { Env } from "../env.ts";
import type { JwtProvider } from "../model/access.ts";
import { keySetOf, keySetOfSecret, type KeySet } from "../tokens/key-set.ts";
import type { Exchange } from "./exchange.ts";
import type { ProviderMemory } from "./proof-memory.ts";

/** @returns null = they cannot be had */
export function keysOf(
  exchange: Exchange,
  { keys }: JwtProvider,
  memory: ProviderMemory,
  now: number,
): KeySet | null | Promise<KeySet | null> {
  const { ports, env, ctx } = exchange;
  if ("jwksUri" in keys) return ports.jwks.current(env, ctx, keys, now);
  if (memory.keys !== null) return memory.keys;
  return "jwks" in keys ? ofSet(keys.jwks, memory) : ofSecret(env, keys.secret, memory);
}

async function ofSet(jwks: unknown, memory: ProviderMemory): Promise<KeySet> {
  return (memory.keys ??= (await keySetOf(jwks)).keys);
}

/** The shortest that any HS algorithm takes (RFC 7518 §3.2). */
const MIN_SECRET_BYTES = 32;

async function ofSecret(env: Env, name: string, memory: ProviderMemory): Promise<KeySet | null> {
  const secret = secretOf(env, name);
  if (secret === null) return null;
  return (memory.keys ??= await keySetOfSecret(secret));
}

/** The mesh's own variables and secrets are nobody's signing key, whatever a policy says. */
function secretOf(env: Env, name: string): Uint8Array<ArrayBuffer> | null {
  if (name.startsWith("SELVAGE_") || !Object.hasOwn(env, name)) return null;
  const value: unknown = Reflect.get(env, name);
  if (typeof value !== "string") return null;
  const bytes = new TextEncoder().encode(value);
  return bytes.byteLength < MIN_SECRET_BYTES ? null : new Uint8Array(bytes);
}
