// What one isolate has: its outside world, and what it remembers from one request to the next. One of each, shared by the
// proxy and by what answers other people's proxies, so that both spend the same quota.
import { jwks } from "../isolate/live-jwks.ts";
import { keys } from "../isolate/live-keys.ts";
import { current } from "../isolate/live.ts";
import type { Place } from "../decide/balance/locality.ts";
import type { Env } from "../env/env.ts";
import type { Books, Ports } from "./exchange/exchange.ts";
import { newLimitMemory, type LimitMemory } from "./exchange/limit-memory.ts";
import { newProofMemory, type ProofMemory } from "./exchange/proof-memory.ts";

export interface IsolateMemory {
  readonly limiter: LimitMemory;
  readonly books: Books;
  readonly proofs: ProofMemory;
}

export function newMemory(): IsolateMemory {
  return {
    limiter: newLimitMemory(),
    books: { assertions: new Map(), meshTokens: new Map(), endpoints: new Map() },
    proofs: newProofMemory(),
  };
}

export const memory = newMemory();

export const ports: Ports = {
  current: (env, ctx, now, request) => current(env, ctx, now, () => placeOf(request, env)),
  keys,
  jwks,
  now: () => Date.now(),
  random: () => Math.random(),
  fetch: (url, init) => fetch(url, init),
  newId: () => crypto.randomUUID(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** Where the isolate runs, as far as the operator or the platform tells. */
export function placeOf({ cf }: Pick<Request, "cf">, { REGION }: Pick<Env, "REGION">): Place {
  const told = (value: unknown): string | null => (typeof value === "string" ? value : null);
  return { region: REGION || null, colo: told(cf?.["colo"]), continent: told(cf?.["continent"]) };
}
