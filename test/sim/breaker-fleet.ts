// A fleet of isolates and one coordinator, in virtual time, running the shipped breaker code of both sides: requests
// arrive at random isolates, reports travel with a delay and may be lost, isolates may die. The service fails when the
// script says.
import {
  applyBreakers,
  breakersDueIn,
  newIsolateBreakers,
  reportBreakers,
  type IsolateBreakers,
} from "../../src/decide/breaker/isolate.ts";
import { beginAttempt, chooseEndpoints, endAttempt, NONE } from "../../src/decide/breaker/choice.ts";
import { answerBreakers, newBreakerCoordinator } from "../../src/decide/breaker/coordinator.ts";
import type { BreakerReply } from "../../src/model/message/breaker.ts";
import type { Circuit } from "../../src/model/snapshot/circuit.ts";
import type { Endpoint } from "../../src/model/snapshot/snapshot.ts";
import { EventQueue, seeded } from "./virtual-time.ts";

export interface FleetOptions {
  readonly seed: number;
  readonly isolates: number;
  readonly perSecond: number;
  readonly untilMs: number;
  /** Share of calls that fail at a time. */
  readonly failing: (now: number) => number;
  /** Share of reports or answers that are lost. */
  readonly lossPercent?: number;
  /** Isolates that are replaced each second. */
  readonly deathsPerSecond?: number;
  readonly endpoints?: number;
  readonly callMs?: number;
}

export interface FleetRun {
  /** When each call was sent and whether it failed. */
  readonly calls: readonly { readonly at: number; readonly ok: boolean }[];
  readonly refusedAt: readonly number[];
  readonly syncs: number;
  readonly mostSyncsInASecond: number;
  /** Reports that the coordinator got in each second. */
  readonly syncsBySecond: readonly number[];
}

const ONE_WAY_MS = 25;

export const CIRCUIT: Circuit = {
  policy: "shop/guard",
  breaker: {
    windowMs: 10_000,
    minRequests: 20,
    failurePercent: 50,
    slowCallPercent: 80,
    openForMs: 5000,
    maxOpenForMs: 60_000,
    halfOpenRequests: 5,
  },
  slowCallMs: 5000,
  outlier: null,
};

interface Isolate {
  name: string;
  breakers: IsolateBreakers;
  alive: boolean;
  scheduled: boolean;
}

export function runFleet(options: FleetOptions): FleetRun {
  const random = seeded(options.seed);
  const queue = new EventQueue();
  const coordinator = newBreakerCoordinator();
  const endpoints = Array.from({ length: options.endpoints ?? 1 }, (_, index): Endpoint => ({
    id: `static-${index}`,
    address: { url: `http://${index}.example` },
    cluster: "default",
    version: null,
    weight: 1,
    priority: 0,
  }));
  let born = 0;
  const birth = (): Isolate => ({ name: `i${born++}`, breakers: newIsolateBreakers(), alive: true, scheduled: false });
  const fleet = Array.from({ length: options.isolates }, birth);
  const calls: { at: number; ok: boolean }[] = [];
  const refusedAt: number[] = [];
  const syncsBySecond = new Map<number, number>();
  const lost = (): boolean => random() * 100 < (options.lossPercent ?? 0);
  const callMs = options.callMs ?? 5;

  const report = (isolate: Isolate, now: number): void => {
    const asked = reportBreakers(isolate.breakers, isolate.name, now);
    if (lost()) {
      return;
    }
    queue.add(now + ONE_WAY_MS * (0.8 + 0.4 * random()), (arrived) => {
      const second = Math.floor(arrived / 1000);
      syncsBySecond.set(second, (syncsBySecond.get(second) ?? 0) + 1);
      const reply: BreakerReply = structuredClone(answerBreakers(coordinator, asked, arrived, random));
      if (lost()) {
        return;
      }
      queue.add(arrived + ONE_WAY_MS * (0.8 + 0.4 * random()), (back) => {
        if (!isolate.alive) {
          return;
        }
        applyBreakers(isolate.breakers, reply, back);
        reportSoon(isolate, back);
      });
    });
  };
  const reportSoon = (isolate: Isolate, now: number): void => {
    const dueInMs = breakersDueIn(isolate.breakers, now);
    if (dueInMs === null || isolate.scheduled) {
      return;
    }
    if (dueInMs === 0) {
      report(isolate, now);
    } else if (isolate.breakers.urgent) {
      isolate.scheduled = true;
      queue.add(now + dueInMs, (then) => {
        isolate.scheduled = false;
        if (isolate.alive && breakersDueIn(isolate.breakers, then) === 0) {
          report(isolate, then);
        }
      });
    }
  };
  const request = (isolate: Isolate, now: number): void => {
    const { endpoints: may } = chooseEndpoints(
      isolate.breakers,
      CIRCUIT,
      { endpoints, pinned: null, failing: NONE },
      now,
      random(),
    );
    reportSoon(isolate, now);
    const endpoint = may[Math.floor(random() * may.length)];
    if (!endpoint) {
      refusedAt.push(now);
      return;
    }
    const attempt = beginAttempt(isolate.breakers, CIRCUIT, endpoint, endpoints, now);
    attempt.policyState.probeMs = 1000;
    const ok = random() >= options.failing(now);
    calls.push({ at: now, ok });
    queue.add(now + callMs, (then) => {
      if (!isolate.alive) {
        return;
      }
      endAttempt(isolate.breakers, attempt, ok, callMs, then);
      reportSoon(isolate, then);
    });
  };
  const arrive = (now: number): void => {
    const isolate = fleet[Math.floor(random() * fleet.length)];
    if (isolate) {
      request(isolate, now);
    }
    queue.add(now + (-Math.log(1 - random()) * 1000) / options.perSecond, arrive);
  };
  const die = (now: number): void => {
    const index = Math.floor(random() * fleet.length);
    const victim = fleet[index];
    if (victim) {
      victim.alive = false;
    }
    fleet[index] = birth();
    queue.add(now + 1000 / (options.deathsPerSecond ?? 1), die);
  };
  queue.add(0, arrive);
  if (options.deathsPerSecond) {
    queue.add(0, die);
  }
  queue.run(options.untilMs);
  return {
    calls,
    refusedAt,
    syncs: [...syncsBySecond.values()].reduce((sum, count) => sum + count, 0),
    mostSyncsInASecond: Math.max(0, ...syncsBySecond.values()),
    syncsBySecond: Array.from({ length: Math.ceil(options.untilMs / 1000) }, (_, at) => syncsBySecond.get(at) ?? 0),
  };
}

/** Calls that failed from `since` until nobody sends any more for a second; null = they never stopped. */
export function failedUntilRefused({ calls }: FleetRun, since: number): number | null {
  const later = calls.filter(({ at }) => at >= since);
  const quiet = later.findIndex(({ at }, index) => (later[index + 1]?.at ?? Number.POSITIVE_INFINITY) - at > 1000);
  return quiet === -1 ? null : later.slice(0, quiet + 1).filter(({ ok }) => !ok).length;
}
