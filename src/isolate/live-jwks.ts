// The isolate's key sets of issuers that publish theirs under a URL. Module state on purpose, as in live.ts: values only.
import type { Env } from "../env/env.ts";
import type { KeySet } from "../tokens/key-set.ts";
import { sha256Hex } from "../store/digest.ts";
import { JwksCopies, type JwksPorts, type JwksSource } from "./jwks.ts";
import type { Context } from "./snapshot.ts";

export type { JwksSource } from "./jwks.ts";

/** The keys of a URL, as the data plane asks for them. Nothing here rejects. */
export interface Jwks {
  /** @returns null = they cannot be had, or are more than a day old: nobody can be let in by them */
  current(env: Env, ctx: Context, source: JwksSource, now: number): KeySet | null | Promise<KeySet | null>;
  /** After a key id was not found. At most one question in 30 s, whatever strangers write. @returns null = nothing newer */
  newer(env: Env, ctx: Context, source: JwksSource, kid: string, now: number): Promise<KeySet | null>;
  /** Milliseconds until keys that could not be had may be there. */
  retryMs(source: JwksSource, now: number): number;
}

/** Of one isolate. */
export function newJwks(): Jwks {
  const copies = new JwksCopies();
  return {
    current: (env, ctx, source, now) => copies.current(portsOf(env), ctx, source, now),
    newer: (env, ctx, source, kid, now) => copies.newer(portsOf(env), ctx, source, kid, now),
    retryMs: (source, now) => copies.retryMs(source, now),
  };
}

export const jwks: Jwks = newJwks();

function portsOf(env: Env): JwksPorts {
  return {
    now: () => Date.now(),
    wait: (ms) => scheduler.wait(ms),
    // One object for each URL; by its digest, since a URL may be longer than an object's name.
    ask: async (question) => env.JWKS.getByName(await sha256Hex(question.url)).ask(question),
  };
}
