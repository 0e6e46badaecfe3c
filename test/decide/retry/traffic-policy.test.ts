import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maySendAgain, policyRetryDelayMs } from "../../../src/decide/retry/traffic-policy.ts";
import { isGood, retryDelayMs, type RetriedRequest, type TryEnd } from "../../../src/decide/retry/http-route.ts";
import type { CallRetry, RetryCause } from "../../../src/model/snapshot/call-policy.ts";

const ALL: readonly RetryCause[] = ["connect-failure", "gateway-error", "reset", "5xx", "retriable-4xx"];
const DEFAULT_METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"];
const retry: CallRetry = {
  attempts: 1,
  on: ["connect-failure", "gateway-error"],
  methods: DEFAULT_METHODS,
  baseMs: 25,
  maxMs: 250,
  budget: { percent: 20, minPerSecond: 10 },
};
const answered = (status: number): TryEnd => ({ end: "answered", status });
const unsent: TryEnd = { end: "unsent" };
const lost: TryEnd = { end: "lost" };
const timeout: TryEnd = { end: "timeout" };

const delay = (
  policy: Partial<CallRetry>,
  request: Partial<RetriedRequest>,
  end: TryEnd,
  more: { retries?: number; leftMs?: number | null; retryAfterMs?: number | null; random?: number } = {},
): number | "late" | null => {
  const { retries = 0, leftMs = 15_000, retryAfterMs = null, random = 0.5 } = more;
  const whole = { method: "GET", hasIdempotencyKey: false, replayable: true, ...request };
  return policyRetryDelayMs(
    { ...retry, ...policy },
    whole,
    end,
    { retries, remainingMs: leftMs, random },
    retryAfterMs,
  );
};

describe("an answer below 400", () => {
  it("is good to every policy, a rule's own codes included, and any other is asked about", () => {
    const codes = Array.from({ length: 200 }, (_, nth) => 400 + nth);
    for (let status = 100; status < 600; status++) {
      const end = answered(status);
      expect(isGood(end)).toBe(status < 400);
      if (status < 400) {
        const rule = { codes, attempts: 3, backoffMs: 0 };
        const request = { method: "GET", hasIdempotencyKey: true, replayable: true };
        expect(retryDelayMs(rule, request, end, { retries: 0, remainingMs: null, random: 0 })).toBeNull();
        expect(delay({ attempts: 3, on: ALL }, {}, end, { retryAfterMs: 1 })).toBeNull();
      }
    }
    expect([unsent, lost, timeout].map(isGood)).toEqual([false, false, false]);
  });
});

describe("which failures of which methods are tried again", () => {
  // GET | PUT | POST | POST listed | POST with a key | POST listed with a key
  it.each<[string, TryEnd, number | null, readonly [boolean, boolean, boolean, boolean, boolean, boolean]]>([
    ["never sent", unsent, null, [true, true, true, true, true, true]],
    ["connection lost", lost, null, [true, true, false, false, false, true]],
    ["try out of time", timeout, null, [true, true, false, false, false, true]],
    ["502", answered(502), null, [true, true, false, false, false, true]],
    ["504", answered(504), null, [true, true, false, false, false, true]],
    ["503", answered(503), null, [true, true, false, false, false, true]],
    ["503 with Retry-After in time", answered(503), 2000, [true, true, false, false, false, true]],
    ["503 with Retry-After too late", answered(503), 15_000, [false, false, false, false, false, false]],
    ["429 without Retry-After", answered(429), null, [false, false, false, false, false, false]],
    ["500", answered(500), null, [false, false, false, false, false, false]],
    ["501", answered(501), null, [false, false, false, false, false, false]],
    ["505", answered(505), null, [false, false, false, false, false, false]],
    ["522, which the service may have seen", answered(522), null, [false, false, false, false, false, false]],
    ["400", answered(400), null, [false, false, false, false, false, false]],
    ["404", answered(404), null, [false, false, false, false, false, false]],
    ["409", answered(409), null, [false, false, false, false, false, false]],
    ["200", answered(200), null, [false, false, false, false, false, false]],
  ])("%s", (_, end, retryAfterMs, expected) => {
    const listed = { methods: [...DEFAULT_METHODS, "POST"] };
    expect([
      delay({}, { method: "GET" }, end, { retryAfterMs }) !== null,
      delay({}, { method: "PUT" }, end, { retryAfterMs }) !== null,
      delay({}, { method: "POST" }, end, { retryAfterMs }) !== null,
      delay(listed, { method: "POST" }, end, { retryAfterMs }) !== null,
      delay({}, { method: "POST", hasIdempotencyKey: true }, end, { retryAfterMs }) !== null,
      delay(listed, { method: "POST", hasIdempotencyKey: true }, end, { retryAfterMs }) !== null,
    ]).toEqual(expected);
  });

  it.each<[RetryCause, readonly string[]]>([
    ["connect-failure", ["unsent", "lost"]],
    ["reset", ["unsent", "lost", "timeout"]],
    ["gateway-error", ["unsent", "lost", "timeout", "502", "503", "504"]],
    ["5xx", ["unsent", "lost", "timeout", "500", "502", "503", "504", "522"]],
    ["retriable-4xx", ["409", "429"]],
  ])("%s covers exactly %j", (cause, expected) => {
    const ends: readonly (readonly [string, TryEnd])[] = [
      ["unsent", unsent],
      ["lost", lost],
      ["timeout", timeout],
      ...[200, 304, 400, 404, 409, 429, 500, 501, 502, 503, 504, 505, 522].map(
        (status) => [String(status), answered(status)] as const,
      ),
    ];
    const covered = ends.filter(([, end]) => delay({ on: [cause] }, {}, end, { retryAfterMs: 1000 }) !== null);
    expect(covered.map(([name]) => name)).toEqual(expected);
  });

  it("takes no method that the policy leaves out, idempotent or not, unless it was never sent", () => {
    const methods = ["GET"];
    expect(delay({ methods }, { method: "DELETE" }, lost)).toBeNull();
    expect(delay({ methods }, { method: "DELETE" }, unsent)).not.toBeNull();
  });

  it("never sends a request that is not idempotent twice without key and consent, whatever happens", () => {
    fc.assert(
      fc.property(
        fc.record({
          method: fc.constantFrom("POST", "PATCH", "LOCK", "CONNECT"),
          key: fc.boolean(),
          listed: fc.boolean(),
          on: fc.subarray([...ALL]),
          attempts: fc.integer({ min: 0, max: 5 }),
          end: fc.oneof(
            fc.constantFrom(lost, timeout),
            fc.integer({ min: 200, max: 599 }).map((status) => answered(status)),
          ),
          retryAfterMs: fc.option(fc.integer({ min: 0, max: 20_000 })),
          random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        }),
        ({ method, key, listed, on, attempts, end, retryAfterMs, random }) => {
          const methods = listed ? [...DEFAULT_METHODS, method] : DEFAULT_METHODS;
          const policy = { on, attempts, methods };
          const again = delay(policy, { method, hasIdempotencyKey: key }, end, { retryAfterMs, random }) !== null;
          expect(again && !(key && listed)).toBe(false);
        },
      ),
      { numRuns: 20_000, seed: 4 },
    );
  });
});

describe("how often and how soon", () => {
  it("counts retries, not tries, and needs the body", () => {
    expect(delay({ attempts: 0 }, {}, lost)).toBeNull();
    expect(delay({ attempts: 2 }, {}, lost, { retries: 1 })).not.toBeNull();
    expect(delay({ attempts: 2 }, {}, lost, { retries: 2 })).toBeNull();
    expect(delay({}, { method: "PUT", replayable: false }, lost)).toBeNull();
  });

  it("waits anywhere below (2^n - 1) x base, at most max", () => {
    const policy = { attempts: 5 };
    const at = (random: number): (number | "late" | null)[] =>
      [0, 1, 2, 3, 4].map((retries) => delay(policy, {}, lost, { retries, random }));
    expect(at(0.9999)).toEqual([24, 74, 174, 249, 249]);
    expect(at(0)).toEqual([0, 0, 0, 0, 0]);
    expect(delay({ baseMs: 100, maxMs: 150 }, {}, lost, { retries: 0, random: 0.5 })).toBe(50);
  });

  it("waits as long as the answer asks, within the deadline only", () => {
    expect(delay({}, {}, answered(503), { retryAfterMs: 3000 })).toBe(3000);
    expect(delay({}, {}, answered(503), { retryAfterMs: 3000, leftMs: 3000 })).toBeNull();
    expect(delay({}, {}, answered(503), { retryAfterMs: 3000, leftMs: null })).toBe(3000);
    expect(delay({ baseMs: 100 }, {}, answered(503), { leftMs: 50 })).toBe("late");
    expect(delay({ baseMs: 100 }, {}, answered(503), { leftMs: 51 })).toBe(50);
    expect(delay({}, {}, answered(503), { retryAfterMs: 0 })).toBe(12);
  });
});

it("says when a body is worth keeping", () => {
  const listed = { ...retry, methods: ["POST"] };
  expect(maySendAgain(retry, "PUT", false)).toBe(true);
  expect(maySendAgain(retry, "POST", true)).toBe(false);
  expect(maySendAgain(listed, "POST", false)).toBe(false);
  expect(maySendAgain(listed, "POST", true)).toBe(true);
  expect(maySendAgain({ ...retry, attempts: 0 }, "PUT", false)).toBe(false);
});
