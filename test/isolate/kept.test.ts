// One machine for everything that an isolate keeps fresh: who asks, who waits, and what is taken over.
import { beforeEach, describe, expect, it } from "vitest";
import { Kept, type Clock, type KeptTerms, type Loaded, type NotLoaded } from "../../src/isolate/kept.ts";

const START = 1_800_000_000_000;
const TERMS: KeptTerms = {
  freshMs: 100,
  checkFirstMs: 200,
  lastGoodMs: 10_000,
  outageMs: 0,
  retryMs: 50,
  coldRetryMs: 50,
  waitMs: 300,
  coldWaitMs: 1000,
  turnMs: 400,
  mostWaiting: 5,
};

interface Question {
  readonly sentAt: number;
  readonly answer: (loaded: Loaded<string> | NotLoaded) => void;
  readonly refuse: () => void;
}

let now: number;
let asked: Question[];
let behind: Promise<unknown>[];
let kept: Kept<string, Clock>;
const ctx = { waitUntil: (work: Promise<unknown>) => void behind.push(work) };
let sleepers: { readonly until: number; readonly wake: () => void }[];
const ports: Clock = {
  now: () => now,
  wait: (ms) => new Promise((wake) => void sleepers.push({ until: now + ms, wake })),
};
const turn = async (): Promise<void> => {
  for (let nth = 0; nth < 20; nth++) {
    await Promise.resolve();
  }
};
async function pass(ms: number): Promise<void> {
  const end = now + ms;
  await turn();
  for (;;) {
    const next = sleepers.toSorted((a, b) => a.until - b.until)[0];
    if (next === undefined || next.until > end) {
      break;
    }
    sleepers = sleepers.filter((one) => one !== next);
    now = Math.max(now, next.until);
    next.wake();
    await turn();
  }
  now = end;
}

beforeEach(() => {
  now = START;
  asked = [];
  behind = [];
  sleepers = [];
  kept = new Kept<string, Clock>(TERMS, (_ports, _held, { sentAt }) => {
    const { promise, resolve, reject } = Promise.withResolvers<Loaded<string> | NotLoaded>();
    asked.push({ sentAt, answer: resolve, refuse: () => reject(new Error("away")) });
    return promise;
  });
});

async function warm(value: string): Promise<void> {
  const first = kept.current(ports, ctx, now);
  asked.shift()?.answer({ value });
  expect(await first).toBe(value);
}

describe("a kept value", () => {
  it("is asked for once by many requests, and none of them waits for another's promise", async () => {
    const all = [1, 2, 3].map(() => kept.current(ports, ctx, now));
    asked[0]?.answer({ value: "a" });
    await pass(10);
    expect(await Promise.all(all)).toEqual(["a", "a", "a"]);
    expect(asked).toHaveLength(1);
    expect(behind).toHaveLength(1);
  });

  it("serves while it is young, is asked about behind a request, and before one when it is old", async () => {
    await warm("a");
    now += 100;
    expect(kept.current(ports, ctx, now)).toBe("a");
    expect(asked).toEqual([]);
    now += 1;
    expect(kept.current(ports, ctx, now)).toBe("a");
    expect(kept.current(ports, ctx, now)).toBe("a");
    expect(asked).toHaveLength(1);
    asked.shift()?.answer({ value: "b" });
    await turn();
    now += 201;
    const first = kept.current(ports, ctx, now);
    asked.shift()?.answer({ value: "c" });
    expect(await first).toBe("c");
  });

  it("of a source that does not answer delays one request, and is asked for again by others", async () => {
    await warm("a");
    now += 201;
    const first = kept.current(ports, ctx, now);
    await pass(300);
    expect(await first).toBe("a");
    expect(kept.current(ports, ctx, now)).toBe("a");
    expect(asked).toHaveLength(1);
    now += 100;
    void kept.current(ports, ctx, now);
    expect(asked, "the first question has lost its turn").toHaveLength(2);
  });

  it("is not replaced by the answer to an earlier question", async () => {
    await warm("a");
    now += 101;
    expect(kept.current(ports, ctx, now)).toBe("a");
    now += 401;
    const later = kept.current(ports, ctx, now);
    asked[1]?.answer({ value: "c" });
    expect(await later).toBe("c");
    asked[0]?.answer({ value: "b" });
    await turn();
    expect([kept.last, kept.checks.confirmedAt]).toEqual(["c", START + 502]);
  });

  it("is not asked for before the time that was told", async () => {
    const first = kept.current(ports, ctx, now);
    asked.shift()?.answer({ retryMs: 700 });
    expect(await first).toBeNull();
    now += 699;
    expect(kept.current(ports, ctx, now)).toBeNull();
    now += 1;
    void kept.current(ports, ctx, now);
    expect(asked).toHaveLength(1);
  });

  it("does not serve beyond its last good age, whatever fails", async () => {
    await warm("a");
    now += 10_001;
    const first = kept.current(ports, ctx, now);
    asked.shift()?.refuse();
    expect(await first).toBeNull();
    expect(kept.last).toBe("a");
  });

  it("has so many requests wait and no more", async () => {
    const waiting = Array.from({ length: 5 }, () => kept.current(ports, ctx, now));
    expect(await kept.current(ports, ctx, now)).toBeNull();
    asked.shift()?.answer({ value: "a" });
    await pass(10);
    expect(await Promise.all(waiting)).toEqual(Array(5).fill("a"));
  });

  it("is fetched by the one that finds it due where no work may go on after an answer", async () => {
    await warm("a");
    now += 101;
    const first = kept.current(ports, null, now);
    expect(kept.current(ports, null, now)).toBe("a");
    asked.shift()?.answer({ value: "b" });
    expect(await first).toBe("b");
    expect(behind).toHaveLength(1);
  });

  it("that is doubted is asked about, and serves on where nobody answers", async () => {
    await warm("a");
    kept.doubt();
    const first = kept.current(ports, ctx, now);
    asked.shift()?.refuse();
    expect(await first).toBe("a");
  });

  it("that its source itself has not confirmed for long is asked about behind requests", async () => {
    kept = new Kept<string, Clock>({ ...TERMS, outageMs: 1000 }, (_ports, _held, { sentAt }) => {
      asked.push({ sentAt, answer: () => undefined, refuse: () => undefined });
      return Promise.resolve({ value: "old", confirmedAt: sentAt - 5000, restMs: 60 });
    });
    expect(await kept.current(ports, ctx, now)).toBe("old");
    now += 59;
    expect(kept.current(ports, ctx, now)).toBe("old");
    expect(asked).toHaveLength(1);
    now += 1;
    expect(kept.current(ports, ctx, now)).toBe("old");
    expect(asked).toHaveLength(2);
  });
});
