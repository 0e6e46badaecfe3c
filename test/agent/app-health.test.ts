// When an app counts as well or ill, by its checks in a row.
import { expect, it } from "vitest";
import { healthAfter, initialHealth } from "../../src/agent/app-health.ts";

const needed = { healthy: 2, unhealthy: 3 };
/** `+` a check that passed, `-` one that failed; the verdicts after each. */
const verdicts = (checks: string): string[] => {
  let health = initialHealth;
  return [...checks].map((check) => {
    health = healthAfter(health, check === "+", needed);
    return health.verdict;
  });
};

it.each([
  ["+", ["well"]],
  ["--+", ["unknown", "unknown", "well"]],
  ["---", ["unknown", "unknown", "ill"]],
  ["+--+--", ["well", "well", "well", "well", "well", "well"]],
  ["+---", ["well", "well", "well", "ill"]],
  ["---+-++", ["unknown", "unknown", "ill", "ill", "ill", "ill", "well"]],
])("%s", (checks, wanted) => {
  expect(verdicts(checks)).toEqual(wanted);
});
