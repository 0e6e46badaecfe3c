// The importers of Rollouts by example: each `<importer>/golden/<name>.in.yaml` is what somebody has, and
// `<name>.out.yaml` what becomes of it. `npm test -- golden -u` writes them anew; what changed is read in the diff.
import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { compiled } from "../../support/compiled.ts";
import { importerOf, reviewed, valuesOf } from "../../support/rollout/imported.ts";

const folder = new URL("../", import.meta.url).pathname;
const of = (end: string): string[] =>
  globSync(`*/golden/*${end}`, { cwd: folder })
    .map((file) => file.slice(0, -end.length))
    .toSorted();
const names = of(".in.yaml");

describe("an import of Rollouts", () => {
  it.each(names)("makes of %s what is written beside it", async (name) => {
    const imported = importerOf(name)(valuesOf(readFileSync(`${folder}${name}.in.yaml`, "utf8")));
    await expect(reviewed(imported)).toMatchFileSnapshot(`${folder}${name}.out.yaml`);
    // Patterns too are what the mesh takes.
    const { findings } = compiled(imported.documents.map((one) => stringify(one)).join("---\n"));
    expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
  });

  it("has an output for each input, and no other", () => {
    expect(of(".out.yaml")).toEqual(names);
    expect(names.length).toBeGreaterThanOrEqual(12);
  });
});
