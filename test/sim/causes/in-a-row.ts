// Scenarios one after another on one mesh, as somebody plays them who shows them to others: what the ones before left
// in the windows must hide nothing of the next, and none is told of for long once it is over.
import type { MeshChange } from "../../../src/model/api/signals.ts";
import { CALM_S, scenarios, type Scenario } from "./scenarios.ts";
import { toldAt } from "./told.ts";
import { World, type Flow } from "./world.ts";

const BEGUN = Date.UTC(2026, 0, 1, 12);
/** Of each scenario: it sets up, goes wrong, and goes well again. */
const BEFORE_S = 21;
const AFTER_S = 22;

interface Played {
  readonly name: string;
  /** Seconds from its onset until the cause was told as the likeliest; null = at no time. */
  readonly named: number | null;
  /** Seconds after that in which it was not, though it went wrong still. */
  readonly hidden: number;
  /** Seconds after its end in which it was told still. */
  readonly late: number;
}

const isTold = ({ expected }: Scenario, told: ReturnType<typeof toldAt>): boolean =>
  told.some(({ ref, message }) => {
    const [, likely = ""] = /; likely: (.*) \[/.exec(message) ?? [];
    return ref === `Service/${expected?.service ?? ""}` && expected?.cause.test(likely) === true;
  });

/**
 * @param wrongS how long each goes wrong
 * @param calmS how long the mesh was there before
 */
export function playInARow(names: readonly string[], seed: number, { wrongS = 21, calmS = 10 } = {}): Played[] {
  const begun = BEGUN + seed * 3000;
  const world = new World(seed, begun);
  const changes: MeshChange[] = [];
  const calm = flowsOf("calm");
  let second = 0;
  const pass = (flows: readonly Flow[], local: number): void => {
    const shifted = flows.map((flow) => shiftedBy(flow, local - second));
    world.pass(second, shifted);
    second += 1;
  };
  const told = (): ReturnType<typeof toldAt> => toldAt(world.coordinator, changes, begun + second * 1000);
  for (let left = calmS; left > 0; left--) {
    pass(calm, 0);
  }
  return names.map((name) => {
    const scenario = scenarioOf(name);
    const onset = second + BEFORE_S;
    changes.push(...scenario.changes((local) => new Date(begun + (onset + local - CALM_S) * 1000).toISOString()));
    for (let at = -BEFORE_S; at < 0; at++) {
      pass(scenario.flows, CALM_S + at);
    }
    let named: number | null = null;
    let hidden = 0;
    for (let at = 0; at < wrongS; at++) {
      pass(scenario.flows, CALM_S + at);
      const is = isTold(scenario, told());
      hidden += named !== null && !is ? 1 : 0;
      named ??= is ? at + 1 : null;
    }
    let late = 0;
    for (let left = AFTER_S; left > 0; left--) {
      pass(calm, 0);
      late += isTold(scenario, told()) ? 1 : 0;
    }
    return { name, named, hidden, late };
  });
}

function scenarioOf(name: string): Scenario {
  const found = scenarios.find((one) => one.name === name);
  if (found === undefined) {
    throw new Error(`There is no scenario ${name}`);
  }
  return found;
}

const flowsOf = (name: string): readonly Flow[] => scenarioOf(name).flows;

/** As if it were so many seconds later. */
const shiftedBy = ({ perSecond, end, ...flow }: Flow, by: number): Flow => ({
  ...flow,
  perSecond: (second) => perSecond(second + by),
  end: (second, random) => end(second + by, random),
});
