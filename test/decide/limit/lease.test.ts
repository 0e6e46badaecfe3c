// Leasing as a whole: shipped isolates against the shipped coordinator, over a channel that does anything to messages.
// Whatever happens, what isolates admit was granted to them, and no stretch of time sees more than the bound.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newLimitCoordinator } from "../../../src/decide/limit/coordinator.ts";
import { isReportDue, limitsRejected, mayReportLimits, reportLimits } from "../../../src/decide/limit/isolate.ts";
import {
  putBack,
  spendToken,
  spendEstimate,
  startWaiting,
  stopWaiting,
} from "../../../src/decide/limit/lease-spend.ts";
import { capacityOf } from "../../../src/decide/limit/ledger.ts";
import type { LimitTerms } from "../../../src/model/snapshot/limit-terms.ts";
import { sized } from "../../support/long.ts";
import { Fleet, ISOLATES, type Message } from "./lease-fleet.ts";

const gcra: LimitTerms = { algorithm: "gcra", requests: 20, windowMs: 1000, burst: 10 };
const fixedWindow: LimitTerms = { algorithm: "fixed-window", requests: 20, windowMs: 1000, burst: 20 };

type Command = fc.Command<object, Fleet>;
const command = (name: string, run: (fleet: Fleet) => void): Command => ({
  check: () => true,
  run: (_, fleet) => {
    run(fleet);
    expect(fleet.admitted.length, "spent of what was granted").toBeLessThanOrEqual(fleet.granted);
    expect(fleet.admitted.length, "spent of what did not come back").toBeLessThanOrEqual(fleet.net + 1e-3);
    // What was held when the coordinator forgot is dead a second later.
    if (fleet.now - fleet.restartedAt < 1100) {
      return;
    }
    for (const limits of fleet.isolates) {
      const { holds, believed } = fleet.holdings(limits);
      expect(holds, `held by ${limits.isolate}`).toBeLessThanOrEqual(believed);
    }
  },
  toString: () => name,
});
const isolate = fc.nat(ISOLATES - 1);
const pick = fc.nat(20);
const taken = (fleet: Fleet, at: number): Message | undefined =>
  fleet.channel.splice(at % Math.max(1, fleet.channel.length), 1)[0];

const deliver = (at: number): Command =>
  command(`deliver ${at}`, (fleet) => {
    const message = taken(fleet, at);
    if (message !== undefined) {
      fleet.deliver(message);
    }
  });

const commands = [
  fc.tuple(isolate, fc.integer({ min: 1, max: 8 })).map(([index, count]) =>
    command(`${count} requests at ${index}`, (fleet) => {
      const limits = fleet.limits(index);
      for (let nth = 0; nth < count; nth++) {
        const { holds } = fleet.holdings(limits);
        const { verdict } = spendToken(limits, fleet.bucket, fleet.now, null);
        expect(verdict === "allow", "by a living token").toBe(holds >= 1);
        if (verdict === "allow") {
          fleet.admitted.push(fleet.now);
        }
        if (verdict === "ask") {
          startWaiting(limits, "one", "", fleet.now);
        }
        if (verdict === "ask" || isReportDue(limits, fleet.bucket, fleet.now)) {
          fleet.send(limits);
        }
        if (verdict === "ask" && nth % 2 === 0) {
          stopWaiting(limits, "one", "");
        }
      }
    }),
  ),
  isolate.map((index) =>
    command(`another limit refuses at ${index}`, (fleet) => {
      const { verdict } = spendToken(fleet.limits(index), fleet.bucket, fleet.now, null);
      if (verdict === "allow") {
        putBack(fleet.limits(index), fleet.bucket, fleet.now);
      }
    }),
  ),
  isolate.map((index) => command(`question of ${index}`, (fleet) => fleet.send(fleet.limits(index)))),
  ...[pick, fc.constant(0), fc.constant(0), fc.constant(0)].map((one) => one.map(deliver)),
  pick.map((at) =>
    command(`double ${at}`, ({ channel }) => {
      const message = channel[at % Math.max(1, channel.length)];
      if (message !== undefined) {
        channel.push(message);
      }
    }),
  ),
  pick.map((at) => command(`lose ${at}`, (fleet) => void taken(fleet, at))),
  isolate.map((index) =>
    command(`${index} gives up waiting`, (fleet) =>
      limitsRejected(fleet.limits(index), fleet.limits(index).sync.seq, fleet.now),
    ),
  ),
  fc.integer({ min: 1, max: 1500 }).map((ms) => command(`${ms} ms pass`, (fleet) => void (fleet.now += ms))),
  isolate.map((index) => command(`${index} dies`, (fleet) => fleet.replace(index))),
  fc.constant(
    command("the coordinator forgets", (fleet) => {
      fleet.coordinator = newLimitCoordinator(fleet.now, new Map());
      fleet.restarts += 1;
      fleet.restartedAt = fleet.now;
    }),
  ),
];

function run(terms: LimitTerms, most: (ms: number, restarts: number) => number): void {
  fc.assert(
    fc.property(fc.commands(commands, { size: "max", maxCommands: 200 }), (list) => {
      const fleet = new Fleet(terms);
      fc.modelRun(() => ({ model: {}, real: fleet }), list);
      for (const [from, start] of fleet.admitted.entries()) {
        for (const [offset, end] of fleet.admitted.slice(from).entries()) {
          expect(offset + 1).toBeLessThanOrEqual(most(end - start, fleet.restarts) + 1e-6);
        }
      }
    }),
    { numRuns: sized(60, 150) },
  );
}

describe("leased quota, over a channel that loses, doubles, delays and reorders", () => {
  it("by GCRA: no stretch sees more than rate and burst, and what was held when it began", () => {
    // Held: one second of the rate; what isolates held when the coordinator forgot may come on top, once each time.
    run(gcra, (ms, restarts) => (ms * 20) / 1000 + 10 + 20 * (1 + restarts));
  });

  it("by fixed windows: no stretch sees more than the windows it touches", () => {
    run(fixedWindow, (ms) => 20 * (Math.floor(ms / 1000) + 2));
  });
});

describe("one isolate and its coordinator", () => {
  const fleet = (): Fleet => new Fleet(gcra);
  /** A question, its answer. */
  const turn = (one: Fleet): void => {
    one.send(one.limits(0));
    for (let message = one.channel.shift(); message !== undefined; message = one.channel.shift()) {
      one.deliver(message);
    }
  };

  it("asks first, then decides by itself", () => {
    const one = fleet();
    const limits = one.limits(0);
    expect(spendToken(limits, one.bucket, one.now, null).verdict).toBe("ask");
    startWaiting(limits, "one", "", one.now);
    turn(one);
    expect(spendToken(limits, one.bucket, one.now, one.now)).toEqual({ verdict: "allow", remaining: 9, resetMs: 50 });
  });

  it("takes back what was granted in an answer that was lost", () => {
    const one = fleet();
    const limits = one.limits(0);
    spendToken(limits, one.bucket, one.now, null);
    for (let nth = 0; nth < 3; nth++) {
      startWaiting(limits, "one", "", one.now);
    }
    one.send(limits);
    const [ask] = one.channel.splice(0);
    if (ask !== undefined) {
      one.deliver(ask);
    }
    one.channel.splice(0);
    expect(one.granted).toBe(3);
    limitsRejected(limits, limits.sync.seq, one.now);
    turn(one);
    const [bucket] = one.coordinator.buckets.values();
    expect(bucket?.outstanding).toBe(3);
  });

  it("is told which of its tokens a coordinator without memory does not know, and uses those no more", () => {
    const one = fleet();
    const limits = one.limits(0);
    spendToken(limits, one.bucket, one.now, null);
    for (let nth = 0; nth < 3; nth++) {
      startWaiting(limits, "one", "", one.now);
    }
    turn(one);
    expect(one.holdings(limits)).toEqual({ holds: 3, believed: 3 });
    one.coordinator = newLimitCoordinator(one.now, new Map());
    one.now += 200;
    one.send(limits);
    const [ask] = one.channel.splice(0);
    if (ask !== undefined) {
      one.deliver(ask);
    }
    const [answer] = one.channel;
    const [grant] = answer !== undefined && "to" in answer ? answer.reply.grants : [];
    expect(grant?.known).toBe(0);
    turn(one);
    const { holds, believed } = one.holdings(limits);
    expect(holds).toBe(believed);
    // The next answer, by one who remembers, says nothing of it.
    one.now += 200;
    one.send(limits);
    const [next] = one.channel.splice(0);
    if (next !== undefined) {
      one.deliver(next);
    }
    const [after] = one.channel;
    expect(after !== undefined && "to" in after ? after.reply.grants[0] : null).not.toHaveProperty("known");
  });

  it("says unavailable when it waited in vain, and lets one request a while try again", () => {
    const one = fleet();
    const limits = one.limits(0);
    expect(spendToken(limits, one.bucket, one.now, null).verdict).toBe("ask");
    for (let failures = 0; failures < 3; failures++) {
      reportLimits(limits, one.now);
      limitsRejected(limits, limits.sync.seq, one.now);
    }
    expect(spendToken(limits, one.bucket, one.now, one.now).verdict).toBe("unavailable");
    expect(spendToken(limits, one.bucket, one.now + 399, null).verdict).toBe("unavailable");
    expect(spendToken(limits, one.bucket, one.now + 400, null).verdict).toBe("ask");
  });

  it("counts a report as failed that is on its way for too long", () => {
    const one = fleet();
    const limits = one.limits(0);
    reportLimits(limits, one.now);
    expect(mayReportLimits(limits, one.now + 499)).toBe(false);
    spendToken(limits, one.bucket, one.now + 501, null);
    expect([limits.sync.failures, mayReportLimits(limits, one.now + 501)]).toEqual([1, true]);
  });

  it("forgets the requests that were cancelled while they waited", () => {
    const one = fleet();
    const limits = one.limits(0);
    spendToken(limits, one.bucket, one.now, null);
    startWaiting(limits, "one", "", one.now);
    expect(reportLimits(limits, one.now).wants[0]?.waiting).toBe(1);
    limitsRejected(limits, limits.sync.seq, one.now);
    expect(reportLimits(limits, one.now + 151).wants[0]?.waiting).toBe(0);
  });

  it("lets its share pass while nobody answers, and has that counted afterwards", () => {
    const one = fleet();
    const limits = one.limits(0);
    spendToken(limits, one.bucket, one.now, null);
    turn(one);
    const verdicts = Array.from({ length: 12 }, () => spendEstimate(limits, one.bucket, one.now).verdict);
    expect(verdicts.filter((verdict) => verdict === "allow")).toHaveLength(capacityOf(gcra));
    turn(one);
    const [bucket] = one.coordinator.buckets.values();
    expect(bucket?.ledger.at).toBe(one.now + 500);
    turn(one);
    expect(bucket?.ledger.at, "counted once").toBe(one.now + 500);
  });
});
