// What the fleet's limits promise, as runs of the simulator and the figure that each is held to. The test runs a few
// seeds, `npx node test/sim/limiter.ts --seeds 20` many.
import type { LimitTerms } from "../../src/model/snapshot/limit-terms.ts";
import { seeded } from "./virtual-time.ts";
import { runFleet, type FleetOptions, type FleetResult } from "./limiter-fleet.ts";

export interface Promised {
  readonly name: string;
  /** What is promised, at most. */
  readonly most: number;
  /** Runs for long: left to the script. */
  readonly long?: true;
  readonly unit: "%" | "/s" | "requests" | "calls";
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
  ...[1, 8].map((isolates): Promised => ({
    name: `refused although below a limit of 100/s, ${isolates} isolates, 80 % demand`,
    most: 2,
    unit: "%",
    options: (seed) => eight({ seed, isolates, demandPerSecond: 80 }),
    measure: ({ refused, undecided, offered }) => (100 * (refused + undecided)) / offered,
  })),
  ...[1, 8].flatMap((isolates): Promised[] => [
    {
      name: `above 100/s, ${isolates} isolates, 5x demand`,
      most: 2,
      unit: "%",
      options: (seed) => eight({ seed, isolates, demandPerSecond: 500 }),
      measure: ({ admitted }, { durationMs }) => admitted.length / (durationMs / 1000) - 100,
    },
    {
      name: `of 100/s not given out, ${isolates} isolates, 5x demand`,
      most: 5,
      unit: "%",
      options: (seed) => eight({ seed, isolates, demandPerSecond: 500 }),
      measure: ({ admitted }, { durationMs }) => 100 - admitted.length / (durationMs / 1000),
    },
  ]),
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
    name: "questions, 2000 isolates, 10x overload, once each has asked for the first time",
    long: true,
    most: 200,
    unit: "/s",
    options: (seed) => ({
      ...calm,
      seed,
      isolates: 2000,
      terms: perSecond(1000),
      demandPerSecond: 10_000,
      durationMs: 30_000,
    }),
    measure: ({ syncsIn }) => sum([...syncsIn].flatMap(([second, times]) => (second < 10 ? [] : [times]))) / 20,
  },
  ...[8, 100].map((isolates): Promised => ({
    name: `questions, ${isolates} isolates, a flood of 5000 fresh keys a second`,
    long: true,
    most: 600,
    unit: "/s",
    options: (seed) => flood(seed, isolates),
    measure: ({ syncs }, { durationMs }) => syncs / (durationMs / 1000),
  })),
  ...[8, 100].map((isolates): Promised => ({
    name: `refused at 50 % demand beside that flood, ${isolates} isolates`,
    long: true,
    most: 5,
    unit: "%",
    options: (seed) => flood(seed, isolates),
    measure: ({ refused, undecided, offered }) => (100 * (refused + undecided)) / offered,
  })),
  {
    name: "coordinator calls for 50 requests, 8 isolates, 1000/s, ten times the limit",
    most: 1,
    unit: "calls",
    options: (seed) => ({
      ...calm,
      seed,
      isolates: 8,
      terms: perSecond(100),
      demandPerSecond: 1000,
      durationMs: 30_000,
    }),
    measure: ({ syncs, offered }) => (50 * syncs) / offered,
  },
  {
    name: "swarm of faults: long run above rate and burst, 1 to 2000 isolates",
    most: 0,
    unit: "requests",
    options: swarm,
    measure: overshoot,
  },
  {
    name: "swarm of faults: part of the limit that is not given out once they are over, 1 to 100 isolates",
    long: true,
    most: 10,
    unit: "%",
    options: (seed) => ({ ...swarm(seed), isolates: 1 + ((seed * 37) % 100), demandPerSecond: 1000 }),
    measure: ({ admitted }, { terms, durationMs }) => {
      const late = admitted.filter((at) => at > durationMs - 20_000).length;
      return 100 - (100 * late) / (20 * terms.requests);
    },
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

/** What `selvage up --edges 8` does, on one machine: test/support/journeys/limit-fleet.ts. */
function eight(more: Pick<FleetOptions, "seed" | "isolates" | "demandPerSecond">): FleetOptions {
  return { ...calm, rttMs: 10, terms: perSecond(100), durationMs: 30_000, ...more };
}

/** A steady key at half its limit, and thousands of keys that nobody has seen before. */
function flood(seed: number, isolates: number): FleetOptions {
  const steady = { terms: perSecond(200), demandPerSecond: 100 };
  return { ...calm, ...steady, seed, isolates, freshKeysPerSecond: 5000, durationMs: 10_000 };
}

/** Every seed has faults of its own, for half of the time. */
function swarm(seed: number): FleetOptions {
  const random = seeded(seed + 1_000_000);
  const some = <T>(value: T, none: T): T => (random() < 0.5 ? value : none);
  return {
    seed,
    isolates: Math.ceil(2000 ** random()),
    terms: perSecond(100),
    demandPerSecond: 300,
    durationMs: 60_000,
    calmAfterMs: 30_000,
    whenUnavailable: "deny",
    rttMs: some(200, 5),
    loss: some(0.2 * random(), 0),
    duplicates: some(0.2, 0),
    stragglers: some(0.2, 0),
    lifeMs: some(1000 + 20_000 * random(), null),
    restartsAt: some([10_000, 20_000 * random()], []),
    skewMs: some(5000, 0),
    ...some({ cutEveryMs: 30_000 }, {}),
  };
}

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
    while ((admitted[start] ?? at) <= at - 60_000) {
      start += 1;
    }
    most = Math.max(most, end - start + 1);
  }
  return (100 * (most - allowed)) / allowed;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, one) => all + one, 0);
}

function overshoot({ admitted }: FleetResult, { terms, durationMs }: FleetOptions): number {
  return Math.max(0, admitted.length - (terms.requests / terms.windowMs) * durationMs - terms.burst);
}
