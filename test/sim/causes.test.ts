// What goes wrong is named, soon, and nothing is where nothing does: by few seeds; twenty, and twenty days of calm, are
// `npx node test/sim/likely-causes.ts`.
import { expect, it } from "vitest";
import { sized } from "../support/long.ts";
import { falseAlarms, secondsUntilNamed } from "./causes/measure.ts";
import { playInARow } from "./causes/in-a-row.ts";
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

/** A row lasts as long as its scenarios together. */
const SEEDS_IN_A_ROW = 5;
const orders = [
  ["key-expiry", "key-expiry", "key-expiry"],
  ["noisy-client", "key-expiry", "retry-storm", "key-expiry"],
  ["bank-brownout", "noisy-client", "cluster-loss", "retry-storm", "key-expiry", "bad-canary"],
];
it.each(orders.map((names) => [names] as const))("%j in a row: each is named, and none for long after it", (names) => {
  for (const seed of seeds.slice(0, SEEDS_IN_A_ROW)) {
    for (const { name, named, late } of playInARow(names, seed)) {
      expect(named, `seed ${seed}, ${name}`).not.toBeNull();
      expect(named, `seed ${seed}, ${name}`).toBeLessThanOrEqual(20);
      expect(late, `seed ${seed}, ${name}`).toBeLessThanOrEqual(20);
    }
  }
});

it("a secret that ended is named while its calls are refused, which a minute takes for usual, and not after", () => {
  for (const seed of seeds) {
    const [one] = playInARow(["key-expiry"], seed, { wrongS: 150 });
    expect(one?.named, `seed ${seed}`).toBeLessThanOrEqual(20);
    expect(one?.hidden, `seed ${seed}`).toBeLessThanOrEqual(5);
    expect(one?.late, `seed ${seed}`).toBeLessThanOrEqual(20);
  }
});

it.each(calm)("$name: nothing is wrong for an hour, and nothing is said to be", (scenario) => {
  const alarms = seeds.map((seed) => falseAlarms(scenario, seed, 1));
  expect(alarms.reduce((sum, { problems }) => sum + problems, 0)).toBe(0);
  expect(alarms.reduce((sum, { notices }) => sum + notices, 0)).toBeLessThanOrEqual(1);
});
