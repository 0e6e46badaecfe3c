// Drives one object of the product as hard as it goes, from a Worker beside it: what a coordinator bears at most.
import type { Env } from "../../src/env/env.ts";
import type { LimitReport, StrictAsk } from "../../src/model/message/limit.ts";
import type { BreakerReport } from "../../src/model/message/breaker.ts";
export * from "../../src/index.ts";

const terms = { algorithm: "gcra", requests: 100_000, windowMs: 1000, burst: 100_000 } as const;

/** Reporters, as a fleet has them; each with a number of reports of its own. */
const ISOLATES = 500;

type Call = (env: Env, nth: number) => Promise<unknown>;

const turn = (nth: number): { isolate: string; seq: number } => ({
  isolate: `isolate-${nth % ISOLATES}`,
  seq: Math.floor(nth / ISOLATES) + 1,
});

/** @param buckets told of in one report */
function leased(buckets: number): Call {
  return (env, nth) => {
    const wants = Array.from({ length: buckets }, (_, key) => ({
      limit: "steady",
      key: `key-${key}`,
      perSecond: 20,
      have: 1,
      waiting: 0,
      giveBack: 0,
      grant: -1,
      refused: 0,
      estimated: 0,
    }));
    const report: LimitReport = { ...turn(nth), terms: { steady: terms }, wants };
    return env.LIMITER.getByName("leased").sync(report);
  };
}

const strict: Call = (env, nth) => {
  const ask: StrictAsk = { isolate: turn(nth).isolate, buckets: [{ limit: "steady", key: `key-${nth % 100}`, terms }] };
  return env.LIMITER.getByName("strict").take(ask);
};

const breaker: Call = (env, nth) => {
  const report: BreakerReport = {
    ...turn(nth),
    policies: [
      {
        policy: "TrafficPolicy/bench/guard",
        breaker: {
          windowMs: 10_000,
          minRequests: 20,
          failurePercent: 50,
          slowCallPercent: 100,
          openForMs: 10_000,
          maxOpenForMs: 60_000,
          halfOpenRequests: 1,
        },
        outlier: null,
        endpoints: [],
        outcomes: [{ target: "*", epoch: 0, ok: 50, failed: 0, slow: 0, run: 0, okMs: 10, failedMs: null }],
        settled: [],
        probeWant: [],
        probeMs: 1000,
      },
    ],
  };
  return env.BREAKER.getByName("bench/service").sync(report);
};

const CALLS: Readonly<Record<string, Call>> = {
  "leased, 1 bucket a report": leased(1),
  "leased, 100 buckets a report": leased(100),
  strict,
  breaker,
};

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const call = CALLS[searchParams.get("call") ?? ""];
    if (call === undefined) {
      return Response.json(Object.keys(CALLS));
    }
    let nth = 0;
    const many = Number(searchParams.get("many"));
    const one = async (): Promise<void> => {
      for (let at = nth++; at < many; at = nth++) {
        await call(env, at);
      }
    };
    await Promise.all(Array.from({ length: 32 }, one));
    return Response.json({ calls: many });
  },
};
