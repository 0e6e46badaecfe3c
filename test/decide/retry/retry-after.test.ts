import * as fc from "fast-check";
import { expect, it } from "vitest";
import { readRetryAfter } from "../../../src/decide/retry/retry-after.ts";

const NOW = Date.UTC(2026, 0, 1, 12);

it.each<[string | null, number | null]>([
  [null, null],
  ["", null],
  ["0", 0],
  ["3", 3000],
  [" 120 ", 120_000],
  ["-1", null],
  ["1.5", null],
  ["1e3", null],
  ["99999999999999", null],
  ["soon", null],
  ["Thu, 01 Jan 2026 12:00:07 GMT", 7000],
  ["Thu, 01 Jan 2026 11:00:00 GMT", 0],
  ["Thu, 01 Foo 2026 12:00:07 GMT", null],
  ["2026-01-01T12:00:07Z", null],
])("%j is %j ms from now", (value, expected) => {
  expect(readRetryAfter(value, NOW)).toBe(expected);
});

it("reads every date as the platform writes it", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (seconds) => {
      expect(readRetryAfter(new Date(seconds * 1000).toUTCString(), 0)).toBe(seconds * 1000);
    }),
    { seed: 4 },
  );
});
