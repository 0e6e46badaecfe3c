// The compiler by example: each `golden/<name>.in.yaml` is a mesh, and `<name>.out.yaml` what is made of it. `npm test
// -- golden -u` writes them anew; what changed is then read in the diff.
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { goldenOf } from "../support/golden.ts";

const folder = new URL("golden/", import.meta.url).pathname;
const names = globSync("*.in.yaml", { cwd: folder }).map((file) => basename(file, ".in.yaml"));

describe("the compiler says of", () => {
  it.each(names.toSorted())("%s what is written beside it", async (name) => {
    const input = readFileSync(`${folder}${name}.in.yaml`, "utf8");
    await expect(goldenOf(input)).toMatchFileSnapshot(`${folder}${name}.out.yaml`);
  });

  it("each kind, and nothing that has no input any more", () => {
    const outputs = globSync("*.out.yaml", { cwd: folder }).map((file) => basename(file, ".out.yaml"));
    expect(outputs.toSorted()).toEqual(names.toSorted());
    expect(names.length).toBeGreaterThanOrEqual(40);
  });
});
