// What the shipped aggregator and scoring name of a scenario: the cause, after how many seconds; of a calm day, what
// is named although nothing is wrong.
import { CALM_S, type Scenario } from "./scenarios.ts";
import { toldAt } from "./told.ts";
import { World } from "./world.ts";

const BEGUN = Date.UTC(2026, 0, 1, 12);
const PATIENCE_S = 60;
const CALM_STEP_S = 10;

/** Spans of ten seconds begin where they do: what goes wrong begins anywhere in one. */
const begunAt = (seed: number): number => BEGUN + ((seed * 3) % 10) * 1000;

/** @returns seconds until the expected cause is told as the likeliest; null = never */
export function secondsUntilNamed({ flows, changes, expected }: Scenario, seed: number): number | null {
  const begun = begunAt(seed);
  const world = new World(seed, begun);
  const told = changes((second) => new Date(begun + second * 1000).toISOString());
  for (let second = 0; second < CALM_S + PATIENCE_S; second++) {
    world.pass(second, flows);
    const found = second < CALM_S ? [] : toldAt(world.coordinator, told, begun + (second + 1) * 1000);
    const isNamed = found.some(({ ref, message }) => {
      const [, likely = ""] = /; likely: (.*) \[/.exec(message) ?? [];
      return ref === `Service/${expected?.service ?? ""}` && expected?.cause.test(likely) === true;
    });
    if (isNamed) {
      return second + 1 - CALM_S;
    }
  }
  return null;
}

/** Alarms of one calm day: each counts once, for as long as it lasts. */
export function falseAlarms(
  { flows }: Scenario,
  seed: number,
  hours: number,
): { readonly problems: number; readonly notices: number } {
  const world = new World(seed, BEGUN);
  const count = { problems: 0, notices: 0 };
  let before = new Set<string>();
  for (let second = 0; second < hours * 3600; second++) {
    world.pass(second, flows);
    if (second % CALM_STEP_S !== 0) {
      continue;
    }
    const found = toldAt(world.coordinator, [], BEGUN + (second + 1) * 1000);
    for (const { ref, severity } of found) {
      if (!before.has(`${ref} ${severity}`)) {
        count[severity === "notice" ? "notices" : "problems"] += 1;
      }
    }
    before = new Set(found.map(({ ref, severity }) => `${ref} ${severity}`));
  }
  return count;
}
