// One timer for all young calls of an isolate: who is woken by it, and when it is set again.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SharedTick, STILL_OUT } from "../../src/isolate/shared-tick.ts";

const NOW = Date.UTC(2026, 0, 1);

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

const never = (): Promise<string> => new Promise(() => undefined);
/** A request's context, and how many timers it was given to keep. */
function context(): { kept: number; waitUntil: (work: Promise<unknown>) => void } {
  const ctx = { kept: 0, waitUntil: () => void (ctx.kept += 1) };
  return ctx;
}

describe("a call that rides on the tick", () => {
  it("ends with what it was waited for, good or bad, and is nobody's concern any more", async () => {
    const tick = new SharedTick();
    expect(await tick.ride(Promise.resolve("here"), context(), NOW)).toBe("here");
    await expect(tick.ride(Promise.reject(new Error("lost")), context(), NOW)).rejects.toThrow("lost");
    expect(tick.size).toBe(0);
  });

  it("is woken after a tick at most, whenever it came", async () => {
    const tick = new SharedTick(200);
    const woken = [tick.ride(never(), context(), NOW)];
    await vi.advanceTimersByTimeAsync(150);
    woken.push(tick.ride(never(), context(), NOW + 150));
    await vi.advanceTimersByTimeAsync(50);
    expect(await Promise.all(woken)).toEqual([STILL_OUT, STILL_OUT]);
    expect(tick.size).toBe(0);
  });

  it("costs a timer only where none is running", async () => {
    const tick = new SharedTick(200);
    const [first, second, third] = [context(), context(), context()];
    void tick.ride(never(), first, NOW);
    void tick.ride(never(), second, NOW + 199);
    expect([first.kept, second.kept, vi.getTimerCount()]).toEqual([1, 0, 1]);
    await vi.advanceTimersByTimeAsync(200);
    void tick.ride(never(), third, NOW + 200);
    expect([third.kept, vi.getTimerCount()]).toEqual([1, 1]);
  });

  it("is woken by who comes later, where the timer went with its request", async () => {
    const tick = new SharedTick(200);
    const orphan = tick.ride(never(), context(), NOW);
    vi.clearAllTimers();
    const later = context();
    void tick.ride(never(), later, NOW + 400);
    expect(later.kept).toBe(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(await orphan).toBe(STILL_OUT);
  });

  it("leaves without moving anybody else, in whatever order they leave", async () => {
    const tick = new SharedTick(200);
    const calls = Array.from({ length: 8 }, () => Promise.withResolvers<number>());
    const rides = calls.map(({ promise }) => tick.ride(promise, context(), NOW));
    for (const at of [3, 0, 7, 5]) {
      calls[at]?.resolve(at);
      await Promise.resolve();
    }
    expect(tick.size).toBe(4);
    await vi.advanceTimersByTimeAsync(200);
    expect(await Promise.all(rides)).toEqual([0, STILL_OUT, STILL_OUT, 3, STILL_OUT, 5, STILL_OUT, 7]);
    calls[1]?.resolve(1);
    await Promise.resolve();
    expect(tick.size).toBe(0);
  });
});
