// What one isolate has: its outside world, and what it remembers from one request to the next. One of each, shared by the
// proxy and by what answers other people's proxies, so that both spend the same quota.
import { keys } from "../config/live-keys.ts";
import { current } from "../config/live.ts";
import type { Books, Ports } from "./exchange.ts";
import { newLimitMemory, type LimitMemory } from "./limit-memory.ts";

export interface IsolateMemory {
  readonly limiter: LimitMemory;
  readonly books: Books;
}

export function newMemory(): IsolateMemory {
  return { limiter: newLimitMemory(), books: { endpoints: new Map(), retryBudgets: new Map() } };
}

export const memory = newMemory();

export const ports: Ports = {
  current: (env, ctx, now, request) => current(env, ctx, now, () => coloOf(request)),
  keys,
  now: () => Date.now(),
  random: () => Math.random(),
  fetch: (url, init) => fetch(url, init),
  newId: () => crypto.randomUUID(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** The data centre, where the platform tells it. */
function coloOf(request: Request | null): string | null {
  const cf = request?.cf;
  return cf !== undefined && "colo" in cf && typeof cf.colo === "string" ? cf.colo : null;
}
