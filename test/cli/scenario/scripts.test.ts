// The scenarios as data: their steps fit together, their documents are valid, and the same seed asks the same.
import { describe, expect, it } from "vitest";
import { addDemoCommands } from "../../../src/cli/demo-commands.ts";
import { plannedCalls } from "../../../src/cli/scenario/load.ts";
import type { ScenarioAction, ScenarioLoad } from "../../../src/cli/scenario/script.ts";
import { scenarios } from "../../../src/cli/scenario/scripts.ts";
import { parseDocuments } from "../../../src/model/read/parse-documents.ts";
import { Command } from "commander";

const SECONDS = 120;
const all = Object.entries(scenarios).map(([name, script]) => ({ name, steps: script.steps(SECONDS) }));

describe.each(all)("$name", ({ name, steps }) => {
  const actions = steps.flatMap((one) => one.actions);
  const before = (action: ScenarioAction): readonly ScenarioAction[] => actions.slice(0, actions.indexOf(action));

  it("begins at once, goes on in order, and leaves time to recover", () => {
    const times = steps.map(({ at }) => at);
    expect(times[0]).toBe(0);
    expect(times.toSorted((a, b) => a - b)).toEqual(times);
    expect(times.at(-1)).toBeLessThanOrEqual(0.75);
  });

  it("tells of each step, and of commands that this command has", () => {
    for (const { says, look } of steps) {
      expect(says.length).toBeGreaterThan(10);
      expect(look.every((command) => command.startsWith("selvage "))).toBe(true);
    }
  });

  it("applies documents that are valid, in its own set's words, and that no user of the demo has", () => {
    for (const action of actions) {
      if (action.act !== "apply") {
        continue;
      }
      const parsed = parseDocuments(action.documents, "yaml");
      expect(parsed, JSON.stringify(parsed)).toMatchObject({ ok: true, warnings: [] });
      for (const { document } of parsed.ok ? parsed.documents : []) {
        expect(document.metadata.labels).toEqual({ "demo.selvage.dev/scenario": name });
        expect(document.metadata.namespace).toBe("default");
      }
    }
  });

  it("speaks only of copies that run, and of credentials that were made", () => {
    for (const action of actions) {
      const earlier = before(action);
      if (action.act === "lose" || action.act === "behave") {
        expect(earlier.some((one) => one.act === "start" && one.copy.name === action.copy)).toBe(true);
      }
      const application =
        action.act === "load" ? action.load.application : "application" in action && action.application;
      if (application && action.act !== "mint") {
        expect(earlier.some((one) => one.act === "mint" && one.application === application)).toBe(true);
      }
    }
  });

  it("ends what it does wrong: a copy that fails recovers, is given up, or ends with the scenario", () => {
    const last = new Map<string, boolean>();
    for (const action of actions) {
      if (action.act === "behave") {
        last.set(action.copy, Object.keys(action.wrong).length > 0);
      } else if (action.act === "putBack") {
        last.clear();
      }
    }
    expect([...last.values()]).not.toContain(true);
  });

  it("sends something", () => {
    const loads = actions.flatMap((action) => (action.act === "load" ? [action.load] : []));
    expect(loads.length).toBeGreaterThan(0);
    expect(loads.every(({ calls, perSecond }) => calls.length > 0 && perSecond > 0 && perSecond <= 30)).toBe(true);
  });
});

it("every scenario is a choice of the command, and the other way round", () => {
  const program = new Command();
  addDemoCommands(program, async () => undefined);
  const [argument] = program.commands[0]?.commands[0]?.registeredArguments ?? [];
  expect(argument?.argChoices).toEqual(Object.keys(scenarios));
});

describe("a load", () => {
  const load: ScenarioLoad = {
    name: "a",
    perSecond: 10,
    calls: ["/1", "/2", "/3"].map((path) => ({ method: "GET", path })),
  };
  const first = (of: ScenarioLoad, seed: number, count = 200) => {
    const planned = plannedCalls(of, seed);
    return Array.from({ length: count }, () => planned.next().value).filter((one) => one !== undefined);
  };

  it("asks the same at the same times for the same seed, and other things for another one or another client", () => {
    expect(first(load, 7)).toEqual(first(load, 7));
    expect(first(load, 7)).not.toEqual(first(load, 8));
    expect(first(load, 7)).not.toEqual(first({ ...load, name: "b" }, 7));
  });

  it("keeps to its rate, and to all of its calls", () => {
    const planned = first(load, 1, 5_000);
    const meanMs = planned.reduce((sum, { afterMs }) => sum + afterMs, 0) / planned.length;
    expect(meanMs).toBeGreaterThan(97);
    expect(meanMs).toBeLessThan(103);
    expect(new Set(planned.map(({ call }) => call.path)).size).toBe(3);
  });

  it("is nothing without calls", () => {
    expect(first({ ...load, calls: [] }, 1)).toEqual([]);
  });
});
