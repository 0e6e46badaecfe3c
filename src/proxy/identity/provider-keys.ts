// The keys of one JWT provider: of its URL (from memory, isolate/jwks.ts), of the policy itself, or of a Worker secret.
// There is no default: a provider whose keys cannot be had lets nobody in.
import type { Env } from "../../env/env.ts";
import type { JwtProvider } from "../../model/snapshot/access.ts";
import { keySetOf, keySetOfSecret, type KeySet } from "../../tokens/key-set.ts";
import { sharedSecret } from "../../tokens/shared-secret.ts";
import type { Exchange } from "../exchange/exchange.ts";
import type { ProviderMemory } from "../../isolate/proof-memory.ts";

/** @returns null = they cannot be had */
export function keysOf(
  exchange: Exchange,
  { keys }: JwtProvider,
  memory: ProviderMemory,
  now: number,
): KeySet | null | Promise<KeySet | null> {
  const { ports, env, ctx } = exchange;
  if ("jwksUri" in keys) {
    return ports.jwks.current(env, ctx, keys, now);
  }
  if (memory.keys !== null) {
    return memory.keys;
  }
  return "jwks" in keys ? ofSet(keys.jwks, memory) : ofSecret(env, keys.secret, memory);
}

async function ofSet(jwks: unknown, memory: ProviderMemory): Promise<KeySet> {
  return (memory.keys ??= (await keySetOf(jwks)).keys);
}

function ofSecret(env: Env, name: string, memory: ProviderMemory): KeySet | null {
  const secret = sharedSecret(env, name);
  if (secret === null) {
    return null;
  }
  return (memory.keys ??= keySetOfSecret(secret));
}
