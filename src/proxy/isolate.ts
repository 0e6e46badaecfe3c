// What one isolate has: its outside world, and what it remembers from one request to the next. One of each, shared by the
// proxy and by what answers other people's proxies, so that both spend the same quota.
import { jwksOf, portsOf } from "../isolate/ports.ts";
import { isolateState } from "../isolate/state.ts";
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
  current: (env, ctx, now, request) => {
    const { snapshot } = isolateState();
    snapshot.locate(() => placeOf(request, env));
    return snapshot.current(portsOf(env), ctx, now);
  },
  keys: (env, ctx, now) => isolateState().keys.current(portsOf(env), ctx, now),
  jwks: jwksOf(() => isolateState().jwks),
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
