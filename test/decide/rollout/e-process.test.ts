import { expect, it } from "vitest";
import { NO_EVIDENCE, weigh, winnings } from "../../../src/decide/rollout/e-process.ts";

it("is worth one before anything was seen", () => {
  expect(winnings(NO_EVIDENCE)).toBeCloseTo(1, 12);
});

it("expects to win nothing of what is as it should be, whatever the chance", () => {
  for (const chance of [0.0001, 0.01, 0.3, 0.5, 0.99]) {
    const hit = winnings(weigh(NO_EVIDENCE, chance, 1, 0));
    const miss = winnings(weigh(NO_EVIDENCE, chance, 0, 1));
    expect(chance * hit + (1 - chance) * miss).toBeCloseTo(1, 9);
  }
});

it("wins above three hundred by three hits that had a chance of one in a hundred", () => {
  expect(winnings(weigh(NO_EVIDENCE, 0.01, 2, 0))).toBeLessThan(100);
  expect(winnings(weigh(NO_EVIDENCE, 0.01, 3, 0))).toBeGreaterThan(300);
});

it("learns nothing from what was certain", () => {
  expect(weigh(NO_EVIDENCE, 0, 5, 5)).toBe(NO_EVIDENCE);
  expect(weigh(NO_EVIDENCE, 1, 5, 5)).toBe(NO_EVIDENCE);
});

it("stays a number however much was won", () => {
  expect(winnings(weigh(NO_EVIDENCE, 0.01, 100_000, 0))).toBe(1e12);
});
