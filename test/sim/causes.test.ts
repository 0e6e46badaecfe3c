// What goes wrong is named, soon, and nothing is where nothing does: by few seeds; twenty, and twenty days of calm, are
// `npx node test/sim/likely-causes.ts`.
import { expect, it } from "vitest";
import { sized } from "../support/long.ts";
import { falseAlarms, secondsUntilNamed } from "./causes/measure.ts";
import { scenarios } from "./causes/scenarios.ts";

const seeds = Array.from({ length: sized(2, 20) }, (_, nth) => nth + 1);
const faults = scenarios.filter(({ expected }) => expected !== null);
const calm = scenarios.filter(({ expected }) => expected === null);

it.each(faults)("$name: $says is named within 20 seconds", (scenario) => {
  for (const seed of seeds) {
    const seconds = secondsUntilNamed(scenario, seed);
    expect(seconds, `seed ${seed}`).not.toBeNull();
    expect(seconds, `seed ${seed}`).toBeLessThanOrEqual(20);
  }
});

it.each(calm)("$name: nothing is wrong for an hour, and nothing is said to be", (scenario) => {
  const alarms = seeds.map((seed) => falseAlarms(scenario, seed, 1));
  expect(alarms.reduce((sum, { problems }) => sum + problems, 0)).toBe(0);
  expect(alarms.reduce((sum, { notices }) => sum + notices, 0)).toBeLessThanOrEqual(1);
});
