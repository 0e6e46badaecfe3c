import { expect, it } from "vitest";
import { countedMs } from "../../../src/control/observe/window.ts";
import type { SignalWindow } from "../../../src/model/api/signals.ts";

const window = (countedSince: string | null): SignalWindow => ({
  from: "2026-11-30T12:00:00Z",
  to: "2026-11-30T12:15:00Z",
  seconds: 900,
  resolutionSeconds: 10,
  asOf: null,
  ageSeconds: null,
  countedSince,
  lost: 0,
  folded: 0,
  partial: false,
});

it("a rate is of the time that was counted, which a young mesh has less of than the window", () => {
  expect(countedMs(window("2026-11-29T00:00:00Z"))).toBe(900_000);
  expect(countedMs(window(null))).toBe(900_000);
  expect(countedMs(window("2026-11-30T12:14:28Z"))).toBe(32_000);
  // Of what came before there was anything, as of a moment.
  expect(countedMs(window("2026-11-30T12:14:59.9Z"))).toBe(1_000);
  expect(countedMs(window("2026-11-30T12:30:00Z"))).toBe(1_000);
});
