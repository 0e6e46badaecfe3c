// One timer for all young calls of an isolate: who sets a timer of its own because of it, and when it is set again.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SharedTick } from "../../src/isolate/shared-tick.ts";

const START = Date.UTC(2026, 0, 1);
const TICK_MS = 200;

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});
afterEach(() => {
  vi.useRealTimers();
});

const never = (): Promise<string> => new Promise(() => undefined);

/** A request's context, and how much it was given to keep. */
function context(): { kept: number; waitUntil: (work: Promise<unknown>) => void } {
  const ctx = { kept: 0, waitUntil: () => void (ctx.kept += 1) };
  return ctx;
}

function ride<Value>(
  tick: SharedTick,
  work: Promise<Value>,
  ms: number,
  {
    ctx = context(),
    late = (): unknown => undefined,
  }: { ctx?: ReturnType<typeof context>; late?: (value: Value) => unknown } = {},
): Promise<Value | null> {
  return tick.ride(work, { ms, late, now: () => Date.now() }, ctx, Date.now());
}

describe("a call that rides on the tick", () => {
  it("ends with what it was waited for, good or bad, and is nobody's concern any more", async () => {
    const tick = new SharedTick(TICK_MS);
    expect(await ride(tick, Promise.resolve("here"), 1000)).toBe("here");
    await expect(ride(tick, Promise.reject(new Error("lost")), 1000)).rejects.toThrow("lost");
    expect(tick.size).toBe(0);
  });

  it("has a timer of its own once a tick is over, for what is left of its time", async () => {
    const tick = new SharedTick(TICK_MS);
    const ended: number[] = [];
    const note = (): void => void ended.push(Date.now() - START);
    void ride(tick, never(), 1000).then(note);
    await vi.advanceTimersByTimeAsync(150);
    void ride(tick, never(), 500).then(note);
    await vi.advanceTimersByTimeAsync(50);
    expect([tick.size, vi.getTimerCount()]).toEqual([0, 2]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(ended).toEqual([650, 1000]);
  });

  it("is null at its deadline, and what comes later is let go of", async () => {
    const tick = new SharedTick(TICK_MS);
    const { promise, resolve } = Promise.withResolvers<string>();
    const late: string[] = [];
    const riding = ride(tick, promise, 1000, { late: (value) => late.push(value) });
    await vi.advanceTimersByTimeAsync(1000);
    expect(await riding).toBeNull();
    resolve("too late");
    await vi.advanceTimersByTimeAsync(1);
    expect(late).toEqual(["too late"]);
  });

  it("leaves no timer when it ends after the tick and before its deadline", async () => {
    const tick = new SharedTick(TICK_MS);
    const { promise, resolve } = Promise.withResolvers<string>();
    const riding = ride(tick, promise, 1000);
    await vi.advanceTimersByTimeAsync(300);
    expect(vi.getTimerCount()).toBe(1);
    resolve("here");
    expect(await riding).toBe("here");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("costs a timer only where none is running", async () => {
    const tick = new SharedTick(TICK_MS);
    const [first, second, third] = [context(), context(), context()];
    const quick = Promise.resolve("here");
    await ride(tick, quick, 1000, { ctx: first });
    await vi.advanceTimersByTimeAsync(199);
    await ride(tick, quick, 1000, { ctx: second });
    expect([first.kept, second.kept, vi.getTimerCount()]).toEqual([1, 0, 1]);
    await vi.advanceTimersByTimeAsync(1);
    await ride(tick, quick, 1000, { ctx: third });
    expect([third.kept, vi.getTimerCount()]).toEqual([1, 1]);
  });

  it("is woken by who comes later, where the timer went with its request", async () => {
    const tick = new SharedTick(TICK_MS);
    const orphan = ride(tick, never(), 1000);
    vi.clearAllTimers();
    await vi.advanceTimersByTimeAsync(400);
    const later = context();
    void ride(tick, never(), 1000, { ctx: later });
    expect(later.kept).toBe(1);
    await vi.advanceTimersByTimeAsync(600);
    expect(await orphan).toBeNull();
  });

  it("leaves without moving anybody else, in whatever order they leave", async () => {
    const tick = new SharedTick(TICK_MS);
    const calls = Array.from({ length: 8 }, () => Promise.withResolvers<number>());
    const rides = calls.map(({ promise }) => ride(tick, promise, 1000));
    for (const at of [3, 0, 7, 5]) {
      calls[at]?.resolve(at);
      await Promise.resolve();
    }
    expect(tick.size).toBe(4);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await Promise.all(rides)).toEqual([0, null, null, 3, null, 5, null, 7]);
  });

  it("is only for calls that may take longer than two ticks", () => {
    expect([399, 400].map((ms) => new SharedTick(TICK_MS).watches(ms))).toEqual([false, true]);
  });
});
