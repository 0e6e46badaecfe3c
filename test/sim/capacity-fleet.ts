// A fleet of isolates and the coordinator of one service, in virtual time, running the shipped code of both sides for
// what is lent: slots of concurrency and retries. Requests arrive at random isolates and take random times; reports are
// delayed, lost, doubled and overtaken; isolates die with what they hold; the coordinator forgets everything but what
// it has written.
import {
  applyBreakers,
  breakersDueIn,
  breakersRejected,
  newIsolateBreakers,
  reportBreakers,
  type IsolateBreakers,
} from "../../src/decide/breaker/isolate.ts";
import {
  answerBreakers,
  newBreakerCoordinator,
  type BreakerCoordinator,
} from "../../src/decide/breaker/coordinator.ts";
import { policyStateOf, type PolicyState } from "../../src/decide/breaker/policy-state.ts";
import { isSilent } from "../../src/decide/fleet/sync.ts";
import { slotsOf } from "../../src/decide/breaker/capacity.ts";
import { earnRetry, newIsolateRetries, takeRetry } from "../../src/decide/retry/isolate.ts";
import {
  BEAT_MS,
  acquire,
  release,
  abandon,
  retry,
  newIsolateSlots,
  noteAnswer,
} from "../../src/decide/concurrency/isolate.ts";
import type { Acquired, InFlight, IsolateSlots, Waiter } from "../../src/decide/concurrency/isolate.ts";
import { recallSlots, slotsToWrite, type WrittenSlots } from "../../src/decide/concurrency/coordinator.ts";
import type { BreakerReply } from "../../src/model/message/breaker.ts";
import type { Circuit } from "../../src/model/snapshot/circuit.ts";
import type { ConcurrencyTerms } from "../../src/model/snapshot/concurrency-terms.ts";
import type { CapacityOptions, CapacityRun } from "./capacity-run.ts";
import { EventQueue, seeded } from "./virtual-time.ts";

interface Isolate {
  readonly name: string;
  readonly breakers: IsolateBreakers;
  readonly policyState: PolicyState;
  readonly slots: IsolateSlots;
  alive: boolean;
  scheduled: boolean;
  flying: number;
}

const ONE_WAY_MS = 25;
const LOOK_MS = 5;

export function runCapacity(options: CapacityOptions): CapacityRun {
  const random = seeded(options.seed);
  const queue = new EventQueue();
  const terms: ConcurrencyTerms = { max: 100, queue: 0, adaptive: null, priority: null, ...options.terms };
  const circuit: Circuit = {
    policy: "shop/cap",
    breaker: null,
    slowCallMs: 0,
    outlier: null,
    concurrency: terms,
    ...(options.storm ? { retryBudget: options.storm.budget } : {}),
  };
  let coordinator: BreakerCoordinator = newBreakerCoordinator();
  let written: WrittenSlots | null = null;
  let born = 0;
  const birth = (): Isolate => {
    const breakers = newIsolateBreakers();
    const policyState = policyStateOf(breakers, circuit);
    const slots = newIsolateSlots(terms);
    policyState.slots = slots;
    policyState.retries = newIsolateRetries(0);
    return { name: `i${born++}`, breakers, policyState, slots, alive: true, scheduled: false, flying: 0 };
  };
  const fleet = Array.from({ length: options.isolates }, birth);
  const run = { admitted: 0, refused: 0, longestWaitMs: 0, most: 0, mostWaiting: 0, retries: 0 };
  const syncsBySecond = new Map<number, number>();
  let [flying, waiting, area, areaFrom] = [0, 0, 0, options.untilMs / 2];
  const chance = (percent: number | undefined): boolean => random() * 100 < (percent ?? 0);
  const soon = (): number => ONE_WAY_MS * (0.2 + 1.6 * random());
  const measure = (now: number): void => {
    if (now <= areaFrom) {
      return;
    }
    area += flying * (now - areaFrom);
    areaFrom = now;
  };
  const fly = (isolate: Isolate, by: number, now: number): void => {
    measure(now);
    flying += by;
    isolate.flying += by;
    run.most = Math.max(run.most, flying);
  };

  const report = (isolate: Isolate, now: number): void => {
    const asked = structuredClone(reportBreakers(isolate.breakers, isolate.name, now));
    if (options.dark?.(now) ?? false) {
      queue.add(now + 20, (then) => breakersRejected(isolate.breakers, asked.seq, then));
      return;
    }
    const answer = (arrived: number): void => {
      const second = Math.floor(arrived / 1000);
      syncsBySecond.set(second, (syncsBySecond.get(second) ?? 0) + 1);
      const reply: BreakerReply = structuredClone(answerBreakers(coordinator, asked, arrived, random));
      written = slotsToWrite(slotsOf(coordinator.capacity, circuit.policy), written, arrived) ?? written;
      if (chance(options.lossPercent)) {
        return;
      }
      queue.add(arrived + soon(), (back) => {
        if (!isolate.alive) {
          return;
        }
        applyBreakers(isolate.breakers, reply, back);
        reportSoon(isolate, back);
      });
    };
    if (!chance(options.lossPercent)) {
      queue.add(now + soon(), answer);
    }
    if (chance(options.doublePercent)) {
      queue.add(now + 5 * soon(), answer);
    }
  };
  const reportSoon = (isolate: Isolate, now: number): void => {
    const dueInMs = breakersDueIn(isolate.breakers, now);
    if (dueInMs === null || isolate.scheduled) {
      return;
    }
    if (dueInMs === 0) {
      report(isolate, now);
    } else if (isolate.breakers.urgent || isolate.breakers.idle) {
      isolate.scheduled = true;
      queue.add(now + dueInMs, (then) => {
        isolate.scheduled = false;
        if (isolate.alive && breakersDueIn(isolate.breakers, then) === 0) {
          report(isolate, then);
        }
      });
    }
  };
  const touch = ({ breakers, policyState }: Isolate): void => {
    policyState.touched = true;
    breakers.touched = true;
  };

  const admit = (isolate: Isolate, slot: InFlight, arrivedAt: number, now: number): void => {
    run.admitted += 1;
    run.longestWaitMs = Math.max(run.longestWaitMs, now - arrivedAt);
    fly(isolate, 1, now);
    const tookMs = -Math.log(1 - random()) * options.serviceMs;
    const beat = (then: number): void => {
      if (!isolate.alive || !isolate.slots.inFlight.has(slot)) {
        return;
      }
      slot.seenAt = then;
      touch(isolate);
      reportSoon(isolate, then);
      queue.add(then + BEAT_MS, beat);
    };
    queue.add(now + BEAT_MS, beat);
    queue.add(now + tookMs, (then) => {
      if (!isolate.alive) {
        return;
      }
      fly(isolate, -1, then);
      noteAnswer(isolate.slots, tookMs);
      touch(isolate);
      if (release(isolate.slots, slot)) {
        isolate.breakers.urgent = true;
      }
      if (isolate.slots.inFlight.size === 0) {
        isolate.breakers.idle = true;
      }
      if (options.storm) {
        tryAgain(isolate, options.storm.attempts, then);
      }
      reportSoon(isolate, then);
    });
  };
  const tryAgain = (isolate: Isolate, left: number, now: number): void => {
    const { storm } = options;
    const budget = isolate.policyState.retries;
    if (!storm || !budget || left === 0 || !isolate.alive) {
      return;
    }
    const spend = (at: number): boolean =>
      takeRetry(budget, storm.budget, isSilent(isolate.breakers.sync, at), at) === "granted";
    const again = (at: number): void => {
      run.retries += 1;
      queue.add(at + 20, (then) => tryAgain(isolate, left - 1, then));
    };
    if (spend(now)) {
      return again(now);
    }
    if (budget.wanted === 0 || now < budget.shortUntilMs) {
      return;
    }
    isolate.policyState.touched = true;
    isolate.breakers.urgent = true;
    reportSoon(isolate, now);
    queue.add(now + 250, (then) => {
      if (spend(then)) {
        again(then);
      }
    });
  };
  const settle = (isolate: Isolate, entry: Acquired, arrivedAt: number, now: number): void => {
    if (entry === "refused") {
      run.refused += 1;
    } else if ("slot" in entry) {
      admit(isolate, entry.slot, arrivedAt, now);
    } else {
      wait(isolate, entry.waiter, arrivedAt, now);
    }
  };
  const wait = (isolate: Isolate, waiter: Waiter, arrivedAt: number, now: number): void => {
    waiting += 1;
    // Those who wait for their first answer are not in the queue yet.
    if (isolate.breakers.sync.answeredSeq > waiter.since) {
      run.mostWaiting = Math.max(run.mostWaiting, waiting);
    }
    touch(isolate);
    if (!isolate.slots.slotsShort) {
      isolate.breakers.urgent = true;
    }
    reportSoon(isolate, now);
    queue.add(now + LOOK_MS, (then) => {
      waiting -= 1;
      if (!isolate.alive) {
        return;
      }
      if (then - arrivedAt > 15_000) {
        abandon(isolate.slots, waiter);
        run.refused += 1;
      } else {
        settle(isolate, retry(isolate.slots, isolate.breakers.sync, waiter, then), arrivedAt, then);
      }
    });
  };
  const arrive = (now: number): void => {
    const isolate = fleet[Math.floor(random() * Math.min(fleet.length, options.busy?.(now) ?? fleet.length))];
    if (isolate) {
      touch(isolate);
      if (options.storm && isolate.policyState.retries) {
        earnRetry(isolate.policyState.retries, options.storm.budget, now);
      }
      settle(isolate, acquire(isolate.slots, isolate.breakers.sync, 1, now), now, now);
      reportSoon(isolate, now);
    }
    queue.add(now + (-Math.log(1 - random()) * 1000) / options.perSecond, arrive);
  };
  const die = (now: number): void => {
    const index = Math.floor(random() * fleet.length);
    const victim = fleet[index];
    if (victim) {
      victim.alive = false;
      fly(victim, -victim.flying, now);
    }
    fleet[index] = birth();
    queue.add(now + 1000 / (options.deathsPerSecond ?? 1), die);
  };
  const restart = (now: number): void => {
    coordinator = newBreakerCoordinator();
    if (written) {
      recallSlots(slotsOf(coordinator.capacity, circuit.policy), written);
    }
    queue.add(now + (options.restartEveryMs ?? 0), restart);
  };
  queue.add(0, arrive);
  if (options.deathsPerSecond) {
    queue.add(500, die);
  }
  if (options.restartEveryMs) {
    queue.add(options.restartEveryMs, restart);
  }
  queue.run(options.untilMs);
  measure(options.untilMs);
  return {
    ...run,
    mean: area / (options.untilMs / 2),
    syncsBySecond: Array.from({ length: Math.ceil(options.untilMs / 1000) }, (_, at) => syncsBySecond.get(at) ?? 0),
    leaked: fleet.reduce((sum, one) => sum + one.slots.inFlight.size - one.flying, 0),
  };
}
