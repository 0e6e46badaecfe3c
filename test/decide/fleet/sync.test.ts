// The machine that keeps isolates in step with a coordinator, both sides of it, over a channel that does anything to
// messages: they are lost, doubled, overtaken and late, calls are refused, the coordinator forgets, isolates are
// replaced.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerKnown, type Reporters } from "../../../src/decide/fleet/reporters.ts";
import {
  answered,
  isSilent,
  mayReport,
  newSync,
  rejected,
  send,
  type Sync,
  type SyncTerms,
} from "../../../src/decide/fleet/sync.ts";
import { sized } from "../../support/long.ts";

interface Report {
  readonly isolate: string;
  readonly seq: number;
  /** What happened at the isolate since its last report. */
  readonly events: number;
}
interface Reply {
  readonly seq: number;
  readonly nextSyncMs: number;
  /** Events of this isolate that the coordinator has counted. */
  readonly counted: number;
}
type Message = { readonly report: Report } | { readonly to: Isolate; readonly reply: Reply; readonly asked: number };

const terms: SyncTerms = { resendMs: 2000, longestPauseMs: 10_000 };
const anew: SyncTerms = { ...terms, resendMs: 0 };
const NOW = 1_000_000;
const ISOLATES = 3;

class Isolate {
  readonly name: string;
  readonly sync: Sync<Report> = newSync({ nextSyncMs: 1000 });
  events = 0;
  happened = 0;
  readonly applied: number[] = [];

  constructor(name: string) {
    this.name = name;
  }
}

class World {
  now = NOW;
  isolates: Isolate[];
  readonly channel: Message[] = [];
  reporters: Reporters<Reply> = new Map();
  counted = new Map<string, number>();
  restarts = 0;
  #born = ISOLATES;
  readonly terms: SyncTerms;

  constructor(how: SyncTerms) {
    this.terms = how;
    this.isolates = Array.from({ length: ISOLATES }, (_, index) => new Isolate(`i${index}`));
  }

  at(index: number): Isolate {
    return this.isolates[index % ISOLATES]!;
  }

  report(isolate: Isolate): void {
    if (!mayReport(isolate.sync, this.terms, this.now)) {
      return;
    }
    const report = send(isolate.sync, this.terms, this.now, (seq) => {
      const { events } = isolate;
      isolate.events = 0;
      return { isolate: isolate.name, seq, events };
    });
    this.channel.push({ report });
  }

  deliver(message: Message): void {
    if ("reply" in message) {
      const { to, reply } = message;
      const before = to.sync.seq;
      const applied = answered(to.sync, reply.seq, { nextSyncMs: reply.nextSyncMs });
      if (applied === null) {
        return;
      }
      expect(reply.seq, "only the answer to the last report is applied").toBe(before);
      expect(applied.report.seq).toBe(reply.seq);
      to.applied.push(reply.seq);
      return;
    }
    const { report } = message;
    const to = this.isolates.find(({ name }) => name === report.isolate);
    const known = answerKnown(this.reporters, report.isolate, report.seq);
    const reply = known ?? this.#take(report);
    if (to !== undefined) {
      this.channel.push({ to, reply, asked: report.seq });
    }
  }

  #take({ isolate, seq, events }: Report): Reply {
    const counted = (this.counted.get(isolate) ?? 0) + events;
    this.counted.set(isolate, counted);
    const reply = { seq, nextSyncMs: 1000, counted };
    this.reporters.set(isolate, { reply, at: this.now });
    return reply;
  }

  restart(): void {
    this.reporters = new Map();
    this.restarts += 1;
  }

  replace(index: number): void {
    this.isolates[index % ISOLATES] = new Isolate(`i${this.#born++}`);
  }
}

type Command = fc.Command<object, World>;
const command = (name: string, run: (world: World) => void): Command => ({
  check: () => true,
  run(_, world) {
    run(world);
    for (const { name: isolate, sync, happened, applied } of world.isolates) {
      expect(applied, "each number is applied once, in order").toEqual([...new Set(applied)].sort((a, b) => a - b));
      expect(sync.isAwaited && sync.pending === null, "what is awaited is pending").toBe(false);
      expect(sync.answeredSeq).toBeLessThanOrEqual(sync.seq);
      expect(sync.failures === 0 || sync.silentSince !== null, "who failed is silent").toBe(true);
      // While the coordinator remembers, whatever arrives twice or late is counted once.
      if (world.restarts === 0) {
        expect(world.counted.get(isolate) ?? 0).toBeLessThanOrEqual(happened);
      }
    }
  },
  toString: () => name,
});

const pick = fc.nat(20);
const index = fc.nat(ISOLATES - 1);
const taken = (world: World, at: number): Message | undefined =>
  world.channel.splice(at % Math.max(1, world.channel.length), 1)[0];
const commands = [
  index.map((at) =>
    command(`event at ${at}`, (world) => {
      world.at(at).events += 1;
      world.at(at).happened += 1;
    }),
  ),
  index.map((at) => command(`report of ${at}`, (world) => world.report(world.at(at)))),
  ...[pick, fc.constant(0), fc.constant(0)].map((one) =>
    one.map((at) =>
      command(`deliver ${at}`, (world) => {
        const message = taken(world, at);
        if (message !== undefined) {
          world.deliver(message);
        }
      }),
    ),
  ),
  pick.map((at) => command(`lose ${at}`, (world) => void taken(world, at))),
  pick.map((at) =>
    command(`double ${at}`, (world) => {
      const message = world.channel[at % Math.max(1, world.channel.length)];
      if (message !== undefined) {
        world.channel.push(message);
      }
    }),
  ),
  index.map((at) =>
    command(`call of ${at} is refused`, (world) => rejected(world.at(at).sync, world.at(at).sync.seq, world.now)),
  ),
  fc.integer({ min: 0, max: 3000 }).map((ms) => command(`wait ${ms}`, (world) => void (world.now += ms))),
  index.map((at) => command(`replace ${at}`, (world) => world.replace(at))),
  fc.constant(command("the coordinator restarts", (world) => world.restart())),
];

describe("isolates and a coordinator", () => {
  it.each([
    { how: "again under its number", terms },
    { how: "anew", terms: anew },
  ])(
    "count each report once, apply each answer once, and come together again; lost ones are sent $how",
    (one) => {
      fc.assert(
        fc.property(fc.commands(commands, { maxCommands: 150, size: "max" }), (list) => {
          const world = new World(one.terms);
          fc.modelRun(() => ({ model: {}, real: world }), list);
          // Nothing goes wrong any more: within the longest pause everybody is answered.
          world.channel.length = 0;
          for (let turns = 0; turns < 30; turns++) {
            world.now += 500;
            for (const isolate of world.isolates) {
              world.report(isolate);
            }
            for (let message = world.channel.shift(); message !== undefined; message = world.channel.shift()) {
              world.deliver(message);
            }
          }
          for (const { sync } of world.isolates) {
            expect([sync.answeredSeq, sync.failures, isSilent(sync, world.now)]).toEqual([sync.seq, 0, false]);
            expect(sync.seq).toBeGreaterThan(0);
          }
        }),
        { numRuns: sized(70, 200) },
      );
    },
    60_000,
  );
});

describe("a report", () => {
  const make = (seq: number): Report => ({ isolate: "a", seq, events: 1 });

  it("is the only one on its way, until one interval has passed without an answer", () => {
    const sync = newSync<Report>({ nextSyncMs: 700 });
    send(sync, terms, NOW, make);
    expect(mayReport(sync, terms, NOW + 699)).toBe(false);
    expect(mayReport(sync, terms, NOW + 700)).toBe(true);
  });

  it("is sent again as it was while it is young, and its answer counts from its making", () => {
    const sync = newSync<Report>({ nextSyncMs: 100 });
    const first = send(sync, terms, NOW, make);
    expect(mayReport(sync, terms, NOW + 500)).toBe(true);
    expect(send(sync, terms, NOW + 500, make)).toBe(first);
    expect(answered(sync, 1, { nextSyncMs: 100 })).toEqual({ report: first, madeAt: NOW });
  });

  it("that is old gives way to a new one, and its answer is dropped", () => {
    const sync = newSync<Report>({ nextSyncMs: 100 });
    send(sync, terms, NOW, make);
    mayReport(sync, terms, NOW + 2000);
    expect(send(sync, terms, NOW + 2000, make).seq).toBe(2);
    expect(answered(sync, 1, { nextSyncMs: 100 })).toBeNull();
    expect(answered(sync, 2, { nextSyncMs: 100 })?.madeAt).toBe(NOW + 2000);
  });

  it("after failures waits for twice as long each time, up to the longest pause", () => {
    const sync = newSync<Report>({ nextSyncMs: 100 });
    const pauses: number[] = [];
    let now = NOW;
    for (let failures = 0; failures < 9; failures++) {
      const { seq } = send(sync, anew, now, make);
      rejected(sync, seq, now);
      let pauseMs = 0;
      while (!mayReport(sync, anew, now + pauseMs)) {
        pauseMs += 100;
      }
      pauses.push(pauseMs);
      now += pauseMs;
    }
    expect(pauses).toEqual([0, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
  });

  it("may be followed by a few at once, and then keeps the gap that it was told", () => {
    const sync = newSync<Report>({ nextSyncMs: 1000, leastGapMs: 50 });
    const sent: number[] = [];
    for (let now = NOW; now < NOW + 200; now += 10) {
      if (!mayReport(sync, anew, now)) {
        continue;
      }
      const { seq } = send(sync, anew, now, make);
      answered(sync, seq, { nextSyncMs: 1000, leastGapMs: 50 });
      sent.push(now - NOW);
    }
    expect(sent).toEqual([0, 10, 20, 30, 50, 100, 150]);
  });
});

describe("silence", () => {
  const make = (seq: number): Report => ({ isolate: "a", seq, events: 0 });

  it("is two and a half seconds without an answer, however often reports are sent", () => {
    const sync = newSync<Report>({ nextSyncMs: 100 });
    send(sync, terms, NOW, make);
    send(sync, terms, NOW + 1000, make);
    expect([isSilent(sync, NOW + 2499), isSilent(sync, NOW + 2500)]).toEqual([false, true]);
    answered(sync, 1, { nextSyncMs: 100 });
    expect(isSilent(sync, NOW + 2500)).toBe(false);
  });

  it("begins at once when the coordinator cannot be called, for five seconds", () => {
    const sync = newSync<Report>({ nextSyncMs: 100 });
    send(sync, terms, NOW, make);
    rejected(sync, 1, NOW + 3);
    expect([isSilent(sync, NOW + 3), isSilent(sync, NOW + 5002)]).toEqual([true, true]);
  });
});
