// A service that fails, and an isolate in front of it that decides with the shipped verbs: how often requests arrive.
// Time is virtual and every draw comes from the seed. `npx node test/sim/retry-storm.ts [seed]` prints the figures.
import { policyRetryDelayMs } from "../../src/decide/retry/traffic-policy.ts";
import { answerRetries, newAllowance } from "../../src/decide/retry/coordinator.ts";
import {
  applyRetries,
  earnRetry,
  newIsolateRetries,
  reportRetries,
  takeRetry,
} from "../../src/decide/retry/isolate.ts";
import type { TryEnd } from "../../src/decide/retry/http-route.ts";
import type { CallRetry } from "../../src/model/snapshot/call-policy.ts";
import { seeded, type Random } from "./virtual-time.ts";

export interface Storm {
  readonly seed: number;
  readonly requests: number;
  readonly perSecond: number;
  readonly methods: readonly string[];
  /** Share of tries that fail, 0 to 1. */
  readonly failing: number;
  /** Share of requests with an Idempotency-Key. */
  readonly withKey: number;
  readonly retry: CallRetry;
}

export interface Aftermath {
  /** Tries that the service saw. */
  readonly arrivals: number;
  /** Requests of a method that is not idempotent, without a key, that the service saw twice. */
  readonly duplicates: number;
  readonly seconds: number;
  readonly amplification: number;
  /** The most arrivals that the budget allows. */
  readonly bound: number;
}

const STATUSES = [409, 429, 500, 501, 502, 503, 504, 505, 522];
const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);

export function weather({ seed, requests, perSecond, methods, failing, withKey, retry }: Storm): Aftermath {
  const random = seeded(seed);
  const budget = newIsolateRetries(0);
  const allowance = newAllowance(retry.budget, 0);
  // One isolate, and a coordinator that answers at once; a fleet is in capacity-fleet.ts.
  const spend = (nowMs: number): boolean => {
    const verdict = takeRetry(budget, retry.budget, false, nowMs);
    const report = verdict === "ask" ? reportRetries(budget, retry.budget) : null;
    if (report === null) {
      return verdict === "granted";
    }
    applyRetries(budget, answerRetries(allowance, { isolate: "one", policy: "p", report }, 100, nowMs), nowMs);
    return takeRetry(budget, retry.budget, false, nowMs) === "granted";
  };
  let arrivals = 0;
  let duplicates = 0;
  for (let request = 0; request < requests; request++) {
    let nowMs = (request * 1000) / perSecond;
    const deadlineMs = nowMs + 15_000;
    const method = methods[Math.floor(random() * methods.length)] ?? "GET";
    const asked = { method, hasIdempotencyKey: random() < withKey, replayable: true };
    earnRetry(budget, retry.budget, nowMs);
    let seen = 0;
    for (let retries = 0; ; retries++) {
      seen++;
      const end = endOf(random, failing);
      const retryAfterMs = random() < 0.2 ? Math.floor(random() * 3) * 1000 : null;
      const left = deadlineMs - nowMs;
      const tries = { retries, remainingMs: left, random: random() };
      const delayMs = policyRetryDelayMs(retry, asked, end, tries, retryAfterMs);
      if (typeof delayMs !== "number" || !spend(nowMs)) {
        break;
      }
      nowMs += delayMs;
    }
    arrivals += seen;
    if (seen > 1 && !IDEMPOTENT.has(method) && !asked.hasIdempotencyKey) {
      duplicates++;
    }
  }
  const seconds = requests / perSecond;
  const { percent, minPerSecond } = retry.budget;
  // A new isolate starts with a second's worth of its allowance, and the last waits end after the last request.
  const bound = requests * (1 + percent / 100) + minPerSecond * (seconds + 1 + 15);
  return { arrivals, duplicates, seconds, amplification: arrivals / requests, bound };
}

function endOf(random: Random, failing: number): TryEnd {
  if (random() >= failing) {
    return { end: "answered", status: 200 };
  }
  const kind = random();
  if (kind < 0.25) {
    return { end: "lost" };
  }
  if (kind < 0.4) {
    return { end: "timeout" };
  }
  return { end: "answered", status: STATUSES[Math.floor(random() * STATUSES.length)] ?? 503 };
}

/** Everything that a policy can allow. */
export const EAGER: CallRetry = {
  attempts: 5,
  on: ["connect-failure", "gateway-error", "reset", "5xx", "retriable-4xx"],
  methods: ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "POST", "PATCH"],
  baseMs: 25,
  maxMs: 250,
  budget: { percent: 20, minPerSecond: 10 },
};

export const storms: Readonly<Record<string, Omit<Storm, "seed">>> = {
  "faulty POSTs without a key": {
    requests: 1_000_000,
    perSecond: 1000,
    methods: ["POST", "PATCH"],
    failing: 0.5,
    withKey: 0,
    retry: { ...EAGER, budget: { percent: 100, minPerSecond: 1000 } },
  },
  "total outage, GET": {
    requests: 1_000_000,
    perSecond: 1000,
    methods: ["GET"],
    failing: 1,
    withKey: 0,
    retry: EAGER,
  },
};

if (process.argv[1] === import.meta.filename) {
  const seed = Number(process.argv[2] ?? 1);
  for (const [name, storm] of Object.entries(storms)) {
    const { arrivals, duplicates, amplification, bound } = weather({ ...storm, seed });
    const figures = `${arrivals} arrivals (${amplification.toFixed(4)}x, at most ${bound}), ${duplicates} duplicates`;
    process.stdout.write(`${name}: seed ${seed}, ${storm.requests} requests, ${figures}\n`);
  }
}
