// What holds for every import of Rollouts, whatever stands in the source.
import { array, assert, constantFrom, integer, jsonValue, nat, oneof, property, record, tuple } from "fast-check";
import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { importArgoRollouts } from "../../../src/adapters/argo/import-argo-rollouts.ts";
import { importFlagger } from "../../../src/adapters/flagger/import-flagger.ts";
import { parseDuration } from "../../../src/model/document/field/duration.ts";
import { parseDocuments } from "../../../src/model/read/parse-documents.ts";
import { importerOf, rolloutsOf, valuesOf, type ImportedRollout } from "../../support/rollout/imported.ts";
import { naiveArgo, naiveFlagger, type Arrival } from "../../support/rollout/naive-progress.ts";

type Path = readonly (string | number)[];

/** Every mapping and list below a value, and every value in them. */
function places(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) {
    return [path];
  }
  const below = Object.entries(value).flatMap(([key, child]) =>
    places(child, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return [path, ...below];
}

/** A copy with another value at a place; the same where there is no such place any more. */
function withValue(value: unknown, [step, ...rest]: Path, put: (before: unknown) => unknown): unknown {
  if (step === undefined) {
    return put(value);
  }
  if (Array.isArray(value)) {
    return value.map((child: unknown, index) => (index === step ? withValue(child, rest, put) : child));
  }
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) {
    return value;
  }
  const members = value as Record<string, unknown>;
  return { ...members, [step]: withValue(members[step], rest, put) };
}

const folder = new URL("../", import.meta.url).pathname;
const samples = globSync("*/golden/*.in.yaml", { cwd: folder })
  .toSorted()
  .flatMap((file) =>
    valuesOf(readFileSync(folder + file, "utf8")).flatMap((value) =>
      places(value).map((path) => ({ file, value, path, importer: importerOf(file) })),
    ),
  );

const odd = oneof(
  constantFrom<unknown>(
    null,
    "",
    "*",
    0,
    -1,
    0.5,
    1e9,
    101,
    true,
    false,
    [],
    {},
    [null],
    "9s",
    "1000h",
    "(",
    "x".repeat(999),
  ),
  jsonValue({ maxDepth: 2 }),
);

/** When more callers than so many got the canary first: decisions of people, then seconds since the last. */
function arrivalsOf({ spec }: ImportedRollout): Arrival[] {
  let [decisions, seconds] = [0, 0];
  return spec.steps.map(({ weight, hold }) => {
    const arrival = { weight, decisions, seconds };
    decisions += hold === undefined ? 1 : 0;
    seconds = hold === undefined ? 0 : seconds + (parseDuration(hold) ?? 0) / 1000;
    return arrival;
  });
}

/** The first time that the share was above a weight; null = never. */
const above = (arrivals: readonly Arrival[], weight: number): Arrival | null =>
  arrivals.find((one) => one.weight > weight) ?? null;

/** No share is reached sooner than in the source. */
function expectNoSooner(ours: readonly Arrival[], theirs: readonly Arrival[]): void {
  for (let weight = 0; weight < 100; weight++) {
    const own = above(ours, weight);
    const before = above(theirs, weight);
    if (own === null) {
      continue;
    }
    expect(before, `above ${weight} %`).not.toBeNull();
    const isLater =
      before !== null &&
      (own.decisions > before.decisions || (own.decisions === before.decisions && own.seconds >= before.seconds));
    expect(isLater, `above ${weight} %: ${JSON.stringify({ own, before })}`).toBe(true);
  }
}

describe("an import of Rollouts", () => {
  it("makes only documents that the mesh takes, and never throws", () => {
    const edits = array(tuple(nat(samples.length - 1), odd), { minLength: 1, maxLength: 5 });
    assert(
      property(edits, (list) => {
        const [at] = list[0]!;
        const { value, importer, file } = samples[at]!;
        let changed = value;
        for (const [place, put] of list) {
          const edit = samples[place]!;
          changed = edit.file === file || place === at ? withValue(changed, edit.path, () => put) : changed;
        }
        const { documents } = importer([changed]);
        const parsed = parseDocuments(JSON.stringify(documents), "json");
        expect(documents.length === 0 || parsed.ok || parsed.refusal).toBe(true);
      }),
      { seed: 20_261_129, numRuns: 400 },
    );
  });

  it("tells a field that it does not know, wherever it stands", () => {
    const mappings = samples.filter(({ value, path }) => {
      const found = path.reduce<unknown>((at, step) => (at as Record<string | number, unknown>)[step], value);
      return typeof found === "object" && found !== null && !Array.isArray(found);
    });
    for (const { value, path, importer, file } of mappings) {
      const isList = (value as { kind: string }).kind === "List";
      const kept = JSON.stringify(value).includes('"kind":"Service"') || path.includes("status");
      if (isList || kept) {
        continue;
      }
      const changed = withValue(value, path, (before) => ({ ...(before as object), zzz: { deep: [1] } }));
      const { documents, notes } = importer([changed]);
      const pointer = [...path, "zzz"].map((step) => `/${step}`).join("");
      const isTold = notes.some((note) => note.severity === "dropped" && `${pointer}/`.startsWith(`${note.pointer}/`));
      // A match with a header more is another match; of a metric or webhook all is told at once.
      const isSaid =
        JSON.stringify(documents).includes("zzz") ||
        notes.some((note) => `${pointer}/`.startsWith(`${note.pointer}/`) && note.pointer.includes("/metrics/"));
      expect(isTold || isSaid || documents.length === 0, `${pointer} in ${file}`).toBe(true);
    }
  });

  it("gives nobody the canary sooner than Flagger did, and says weights and holds as they are written", () => {
    const analysis = record(
      {
        interval: constantFrom("10s", "30s", "1m", "2m30s"),
        threshold: integer({ min: 1, max: 9 }),
        stepWeight: integer({ min: 1, max: 100 }),
        stepWeights: array(integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 6 }),
        maxWeight: integer({ min: 1, max: 100 }),
        iterations: constantFrom(0, 3),
        match: constantFrom([], [{ headers: { "x-canary": { exact: "1" } } }]),
        webhooks: array(
          constantFrom(
            "confirm-rollout",
            "pre-rollout",
            "rollout",
            "confirm-promotion",
            "event",
            "confirm-traffic-increase",
          ).map((type) => ({ name: type, type, url: "http://gate/" })),
          { maxLength: 2 },
        ),
        metrics: constantFrom(
          [],
          [{ name: "request-success-rate", thresholdRange: { min: 99 } }],
          [{ name: "own", query: "1" }],
        ),
      },
      { requiredKeys: ["interval", "threshold"] },
    );
    let imported = 0;
    assert(
      property(analysis, constantFrom(true, false), constantFrom(true, false), (spec, suspend, skipAnalysis) => {
        const [rollout] = rolloutsOf(
          importFlagger([
            {
              apiVersion: "flagger.app/v1beta1",
              kind: "Canary",
              metadata: { name: "orders" },
              spec: { targetRef: { name: "orders" }, suspend, skipAnalysis, analysis: spec },
            },
          ]),
        );
        const theirs = naiveFlagger({ ...spec, suspend, skipAnalysis });
        if (rollout === undefined) {
          return;
        }
        imported += 1;
        expectNoSooner(arrivalsOf(rollout), theirs.arrivals);
        const { match = [], steps } = rollout.spec;
        expect(match.length === 0 || theirs.isMatchedAtOnce).toBe(true);
        expect(steps.flatMap(({ hold }) => hold ?? []).every((hold) => hold === spec.interval)).toBe(true);
        const weights = new Set([0, 100, spec.maxWeight, ...theirs.arrivals.map(({ weight }) => weight)]);
        expect(steps.every(({ weight }) => weights.has(weight))).toBe(true);
      }),
      { seed: 7, numRuns: 300 },
    );
    expect(imported).toBeGreaterThan(100);
  });

  it("gives nobody the canary sooner than Argo did, and says weights and holds as they are written", () => {
    const step = oneof(
      { weight: 4, arbitrary: integer({ min: 0, max: 100 }).map((setWeight) => ({ setWeight })) },
      { weight: 4, arbitrary: constantFrom(10, 60, "2m", "1h").map((duration) => ({ pause: { duration } })) },
      {
        weight: 1,
        arbitrary: constantFrom<object>(
          { pause: {} },
          { analysis: {} },
          { setCanaryScale: { weight: 9 } },
          { plugin: {} },
        ),
      },
    );
    let imported = 0;
    assert(
      property(array(step, { maxLength: 8 }), constantFrom(true, false), (steps, paused) => {
        // Shares that rise, as far as there are weights.
        const weights = steps.flatMap((one) => ("setWeight" in one ? one.setWeight : [])).toSorted((a, b) => a - b);
        const rising = steps.map((one) => ("setWeight" in one ? { setWeight: weights.shift() ?? 100 } : one));
        const canary = { stableService: "orders", steps: rising };
        const [rollout] = rolloutsOf(
          importArgoRollouts([
            {
              apiVersion: "argoproj.io/v1alpha1",
              kind: "Rollout",
              metadata: { name: "orders" },
              spec: { paused, strategy: { canary } },
            },
          ]),
        );
        if (rollout === undefined) {
          return;
        }
        imported += 1;
        const theirs = naiveArgo(rising, paused);
        const ours = arrivalsOf(rollout);
        expectNoSooner(ours, theirs);
        // Where nobody decides, to the second.
        if (theirs.every(({ decisions }) => decisions === 0) && ours.every(({ decisions }) => decisions === 0)) {
          expect(ours).toEqual(theirs);
        }
      }),
      { seed: 11, numRuns: 300 },
    );
    expect(imported).toBeGreaterThan(100);
  });

  it("takes thousands of steps, hooks and matches, and tells each once", () => {
    const many = 4000;
    const webhooks = Array.from({ length: many }, (_, at) => ({ name: `w${at}`, type: "event", url: "http://gate/" }));
    const match = Array.from({ length: many }, () => ({ headers: { "x-a": { prefix: "(((" }, "": {} } }));
    const canary = {
      apiVersion: "flagger.app/v1beta1",
      kind: "Canary",
      metadata: { name: "orders" },
      spec: { targetRef: { name: "orders" }, analysis: { interval: "1m", iterations: 2, webhooks, match } },
    };
    expect(importFlagger([canary]).notes.length).toBeGreaterThan(2 * many);
    const steps = Array.from({ length: many }, () => ({ pause: { duration: 1 } }));
    const rollout = {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Rollout",
      metadata: { name: "orders" },
      spec: { strategy: { canary: { stableService: "orders", steps } } },
    };
    expect(importArgoRollouts([rollout]).notes.map(({ message }) => message)).toEqual([
      "4000 steps are more than can be said: nothing of the Rollout is imported",
    ]);
  });
});
