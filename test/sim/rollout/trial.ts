// One step of a Rollout, request by request: drawn or dealt, failing and slow as somebody says, and judged by the
// shipped controller after every failure, which is the only moment at which a bet on failures can be won.
import { follow, hear } from "../../../src/decide/rollout/controller.ts";
import { drawnPlace, isCanaryAt, callerPlace } from "../../../src/decide/rollout/split.ts";
import type { RolloutState } from "../../../src/decide/rollout/state.ts";
import { addSparse, bucketOf, BUCKETS, sparse } from "../../../src/decide/signals/histogram.ts";
import type { RolloutBatch, VersionCounts } from "../../../src/model/message/rollout.ts";
import type { RolloutTerms } from "../../../src/model/snapshot/rollout.ts";
import { seeded } from "../virtual-time.ts";

export interface Trial {
  /** Percent. */
  readonly weight: number;
  /** Chances of a failure. */
  readonly stable: number;
  readonly canary: number;
  readonly requests: number;
  /** Callers are dealt, the first call most; so large a share of them fails always, whatever the version. */
  readonly callers?: { readonly count: number; readonly broken: number };
  /** How many times slower the canary is. */
  readonly slower?: number;
}

interface Outcome {
  /** Requests to the canary until it was taken out; null = it never was. */
  readonly canaryRequests: number | null;
  readonly canaryFailures: number;
}

const termsOf = (steps: RolloutTerms["steps"], sticky: boolean): RolloutTerms => ({
  rollout: "shop/orders",
  stable: "v1",
  canary: "v2",
  steps,
  analysis: {
    maxErrorPercent: 1,
    maxP99Ratio: 1.5,
    minRequests: 500,
    intervalMs: 30_000,
    falseAlarm: 0.01,
    onFailure: "rollback",
    onNoData: "hold",
  },
  ...(sticky ? { sticky: [{ from: "ip" } as const] } : {}),
});

interface Tally {
  requests: number;
  failed: number;
  readonly buckets: Float64Array;
}

const newTally = (): Tally => ({ requests: 0, failed: 0, buckets: new Float64Array(BUCKETS) });
const wire = ({ requests, failed, buckets }: Tally): VersionCounts => ({ requests, failed, buckets: sparse(buckets) });

function run({ weight, stable, canary, requests, callers, slower = 1 }: Trial, seed: number): Outcome {
  const random = seeded(seed);
  // One step that is held: a last one without a hold is not watched.
  const terms = termsOf([{ weight, holdMs: 3_600_000 }], callers !== undefined);
  let state: RolloutState = follow(null, terms, `run-${seed}`, 0);
  let [own, usual] = [newTally(), newTally()];
  let failedCallers: number[] = [];
  let [streak, row, canaryRequests, canaryFailures, seq] = [0, 0, 0, 0, 0];
  for (let nth = 0; nth < requests; nth++) {
    // The first callers call most: a square puts a tenth of all calls on a hundredth of them.
    const caller = callers === undefined ? null : Math.floor(random() ** 2 * callers.count);
    const place =
      caller === null ? drawnPlace(random()) : callerPlace("shop/orders", { run: `run-${seed}` }, `ip ${caller}`);
    const isCanary = isCanaryAt(place, weight);
    const isBroken = callers !== undefined && caller !== null && ((caller * 7919) % 1000) / 1000 < callers.broken;
    const isFailure = isBroken || random() < (isCanary ? canary : stable);
    const tally = isCanary ? own : usual;
    tally.requests += 1;
    canaryRequests += isCanary ? 1 : 0;
    if (!isFailure) {
      const ms = 20 * Math.exp(Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()) * 0.5);
      addSparse(tally.buckets, [bucketOf(ms * (isCanary ? slower : 1)), 1]);
      row = isCanary ? 0 : row;
      if (nth % 500 !== 0) {
        continue;
      }
    } else {
      tally.failed += 1;
      row = isCanary ? row + 1 : row;
      streak = Math.max(streak, row);
      canaryFailures += isCanary ? 1 : 0;
      failedCallers = caller === null ? [] : [...failedCallers, place];
    }
    seq += 1;
    const batch: RolloutBatch = {
      seq,
      run: `run-${seed}`,
      weight,
      stable: wire(usual),
      canary: wire(own),
      streak,
      refused: 0,
      failedCallers,
    };
    state = hear(state, [batch], nth);
    [own, usual, failedCallers, streak] = [newTally(), newTally(), [], row];
    if (state.phase !== "progressing") {
      return { canaryRequests, canaryFailures };
    }
  }
  return { canaryRequests: null, canaryFailures };
}

export interface Summary {
  readonly name: string;
  readonly runs: number;
  readonly out: number;
  readonly requests: { readonly median: number; readonly p95: number } | null;
  readonly failures: { readonly median: number; readonly p95: number } | null;
}

export function summarize(name: string, trial: Trial, runs: number): Summary {
  const outcomes = Array.from({ length: runs }, (_, nth) => run(trial, nth + 1));
  const out = outcomes.filter(({ canaryRequests }) => canaryRequests !== null);
  const spread = (of: (one: Outcome) => number) => {
    const sorted = out.map(of).toSorted((a, b) => a - b);
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
    return sorted.length === 0 ? null : { median: at(0.5), p95: at(0.95) };
  };
  return {
    name,
    runs,
    out: out.length,
    requests: spread(({ canaryRequests }) => canaryRequests ?? 0),
    failures: spread(({ canaryFailures }) => canaryFailures),
  };
}
