import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { withDeadline } from "../../src/bounded/deadline.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const after = <Value>(ms: number, value: Value): Promise<Value> =>
  new Promise((resolve) => void setTimeout(() => resolve(value), ms));

it("gives what came in time, and leaves no timer behind", async () => {
  const waiting = withDeadline(after(10, "done"), 1000);
  await vi.advanceTimersByTimeAsync(10);
  expect(await waiting).toBe("done");
  expect(vi.getTimerCount()).toBe(0);
});

it("gives null at the deadline, and lets go of what comes later", async () => {
  const late: string[] = [];
  const waiting = withDeadline(after(20, "done"), 10, (value) => late.push(value));
  await vi.advanceTimersByTimeAsync(10);
  expect(await waiting).toBeNull();
  await vi.advanceTimersByTimeAsync(10);
  expect(late).toEqual(["done"]);
});

it("fails as the work fails, and never after the deadline", async () => {
  await expect(withDeadline(Promise.reject(new Error("no")), 10)).rejects.toThrow("no");
  const failing = after(20, null).then(() => Promise.reject(new Error("late")));
  const waiting = withDeadline(failing, 10);
  await vi.advanceTimersByTimeAsync(20);
  expect(await waiting).toBeNull();
});
