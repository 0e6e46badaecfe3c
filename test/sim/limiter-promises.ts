// What the fleet's limits promise, as runs of the simulator and the figure that each is held to. The test runs a few seeds,
// `node test/sim/limiter.ts --seeds 20` many.
import type { LimitTerms } from "../../src/model/lease.ts";
import { runFleet, type FleetOptions, type FleetResult } from "./limiter-fleet.ts";

export interface Promised {
  readonly name: string;
  /** What is promised, at most. */
  readonly most: number;
  readonly unit: "%" | "/s" | "requests";
  readonly options: (seed: number) => FleetOptions;
  readonly measure: (result: FleetResult, options: FleetOptions) => number;
}

const perSecond = (requests: number, burst = requests / 2): LimitTerms => ({
  algorithm: "gcra",
  requests,
  windowMs: 1000,
  burst,
});
const perMinute = (requests: number): LimitTerms => ({ algorithm: "gcra", requests, windowMs: 60_000, burst: 50 });

const calm = {
  rttMs: 30,
  loss: 0,
  duplicates: 0,
  stragglers: 0,
  lifeMs: null,
  restartsAt: [],
  whenUnavailable: "local-estimate",
} satisfies Partial<FleetOptions>;
/** A fifth of all messages lost, some doubled or a second late, isolates dying every 20 s, the coordinator twice. */
const storm = {
  rttMs: 60,
  loss: 0.2,
  duplicates: 0.05,
  stragglers: 0.05,
  lifeMs: 20_000,
  restartsAt: [25_000, 47_000],
  whenUnavailable: "local-estimate",
} satisfies Partial<FleetOptions>;

export const promises: readonly Promised[] = [
  ...[1, 10, 80].map((isolates): Promised => ({
    name: `60 s window over its limit, ${isolates} isolates, 3x demand, storm`,
    most: 2,
    unit: "%",
    options: (seed) => ({
      ...storm,
      seed,
      isolates,
      terms: perSecond(100),
      demandPerSecond: 300,
      durationMs: 90_000,
    }),
    measure: worstMinute,
  })),
  {
    name: "60 s window over its limit, 80 isolates, window of a minute, 3x demand, storm",
    most: 2,
    unit: "%",
    options: (seed) => ({
      ...storm,
      seed,
      isolates: 80,
      terms: perMinute(6000),
      demandPerSecond: 300,
      durationMs: 90_000,
    }),
    measure: worstMinute,
  },
  ...[10, 100].map((isolates): Promised => ({
    name: `refused although below the limit, ${isolates} isolates, 80 % demand`,
    most: 2,
    unit: "%",
    options: (seed) => ({
      ...calm,
      seed,
      isolates,
      terms: perSecond(1000),
      demandPerSecond: 800,
      durationMs: 20_000,
    }),
    measure: ({ refused, undecided, offered }) => (100 * (refused + undecided)) / offered,
  })),
  {
    name: "questions, 1000 isolates, 10x overload",
    most: 200,
    unit: "/s",
    options: (seed) => ({
      ...calm,
      seed,
      isolates: 1000,
      terms: perSecond(1000),
      demandPerSecond: 10_000,
      durationMs: 30_000,
    }),
    measure: ({ syncs }, { durationMs }) => syncs / (durationMs / 1000),
  },
  {
    name: "long run above rate and burst, 200 isolates, 5x demand, storm, whenUnavailable deny",
    most: 0,
    unit: "requests",
    options: (seed) => ({
      ...storm,
      seed,
      isolates: 200,
      terms: perSecond(100),
      demandPerSecond: 500,
      durationMs: 60_000,
      whenUnavailable: "deny",
    }),
    measure: overshoot,
  },
];

/** Runs one promise with one seed. */
export function hold(promised: Promised, seed: number): number {
  const options = promised.options(seed);
  return promised.measure(runFleet(options), options);
}

/** Admissions of the worst 60 s above what the rate gives in that time, per cent; negative = below. */
function worstMinute({ admitted }: FleetResult, { terms }: FleetOptions): number {
  const allowed = (terms.requests / terms.windowMs) * 60_000;
  let most = 0;
  let start = 0;
  for (const [end, at] of admitted.entries()) {
    while ((admitted[start] ?? at) <= at - 60_000) start += 1;
    most = Math.max(most, end - start + 1);
  }
  return (100 * (most - allowed)) / allowed;
}

function overshoot({ admitted }: FleetResult, { terms, durationMs }: FleetOptions): number {
  return Math.max(0, admitted.length - (terms.requests / terms.windowMs) * durationMs - terms.burst);
}
