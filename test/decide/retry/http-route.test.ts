import { describe, expect, it } from "vitest";
import {
  endOfAnswer,
  mayRetry,
  retryDelayMs,
  type RetriedRequest,
  type RetryPolicy,
  type TryEnd,
} from "../../../src/decide/retry/http-route.ts";

const policy: RetryPolicy = { codes: [500, 503], attempts: 2, backoffMs: 0 };
const get: RetriedRequest = { method: "GET", hasIdempotencyKey: false, replayable: true };
const lost: TryEnd = { end: "lost" };
const answered = (status: number): TryEnd => ({ end: "answered", status });
const retried = (request: Partial<RetriedRequest>, end: TryEnd, rule: RetryPolicy | null = policy): boolean =>
  retryDelayMs(rule, { ...get, ...request }, end, { retries: 0, remainingMs: null, random: 0.5 }) !== null;

describe("which failures are tried again", () => {
  it.each([
    ["a listed status", answered(503), true],
    ["a status that is not listed", answered(502), false],
    ["a success", answered(200), false],
    ["a lost connection, listed codes or not", lost, true],
    ["a try that ran out of time", { end: "timeout" } as const, true],
    ["Cloudflare saying that the origin was never reached", endOfAnswer(523, true), true],
    ["the same status from anyone else", endOfAnswer(523, false), false],
    ["Cloudflare's ambiguous 522", endOfAnswer(522, true), false],
  ])("%s", (_, end, expected) => {
    expect(retried({}, end)).toBe(expected);
  });

  it("none without a policy, or with one of no attempts", () => {
    expect(retried({}, lost, null)).toBe(false);
    expect(retried({}, lost, { ...policy, attempts: 0 })).toBe(false);
  });

  it("none whose body is gone", () => {
    expect(retried({ method: "PUT", replayable: false }, lost)).toBe(false);
  });

  it.each(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])("%s may be sent twice", (method) => {
    expect(retried({ method }, lost)).toBe(true);
    expect(retried({ method }, answered(500))).toBe(true);
  });

  it.each(["POST", "PATCH", "LOCK"])(
    "%s may not, unless the caller gave an Idempotency-Key or it was never sent",
    (method) => {
      expect(retried({ method }, lost)).toBe(false);
      expect(retried({ method }, answered(500))).toBe(false);
      expect(retried({ method, hasIdempotencyKey: true }, answered(500))).toBe(true);
      expect(retried({ method }, endOfAnswer(521, true))).toBe(true);
      expect(retried({ method }, endOfAnswer(521, false))).toBe(false);
    },
  );
});

describe("how often and how soon", () => {
  const delay = (
    retries: number,
    changes: Partial<RetryPolicy> = {},
    random = 0.5,
    remainingMs: number | null = null,
  ): number | "late" | null =>
    retryDelayMs({ ...policy, attempts: 5, ...changes }, get, lost, { retries, remainingMs, random });

  it("counts retries, not tries", () => {
    expect(delay(1, { attempts: 2 })).not.toBeNull();
    expect(delay(2, { attempts: 2 })).toBeNull();
  });

  it("waits at least the back-off that the route asks for, doubled each time, with jitter on top", () => {
    expect([0, 1, 2].map((retries) => delay(retries, { backoffMs: 100 }, 0))).toEqual([100, 200, 400]);
    expect([0, 1, 2].map((retries) => delay(retries, { backoffMs: 100 }, 0.999))).toEqual([125, 250, 500]);
    expect(delay(4, { backoffMs: 9000 }, 0)).toBe(10_000);
  });

  it("otherwise waits somewhere below (2^n - 1) x 25 ms, at most 250 ms", () => {
    expect([0, 1, 2, 3, 4].map((retries) => delay(retries, {}, 0.9999))).toEqual([24, 74, 174, 249, 249]);
    expect([0, 1, 2].map((retries) => delay(retries, {}, 0))).toEqual([0, 0, 0]);
  });

  it("is too late when the wait would reach the deadline", () => {
    expect(delay(0, { backoffMs: 100 }, 0, 101)).toBe(100);
    expect(delay(0, { backoffMs: 100 }, 0, 100)).toBe("late");
    expect(delay(0, {}, 0, 0)).toBe("late");
  });
});

describe("mayRetry", () => {
  it("says when a body is worth keeping", () => {
    expect(mayRetry(policy, "PUT", false)).toBe(true);
    expect(mayRetry(policy, "POST", false)).toBe(false);
    expect(mayRetry(policy, "POST", true)).toBe(true);
    expect(mayRetry(null, "PUT", true)).toBe(false);
    expect(mayRetry({ ...policy, attempts: 0 }, "PUT", true)).toBe(false);
  });
});
