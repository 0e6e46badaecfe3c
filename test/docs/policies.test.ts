// What goes with every kind of policy beside its code, and that CONTRIBUTING's example of a new one is the one that is
// there.
import { globSync, readFileSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { policyKinds } from "../../src/compile/policy/kinds.ts";
import { kindNames, kinds } from "../../src/model/document/kinds.ts";
import { minimal } from "../support/documents/samples.ts";

const root = new URL("../..", import.meta.url).pathname;
const read = (path: string): string => readFileSync(root + path, "utf8");
const pages = globSync("docs/*.md", { cwd: root }).filter((path) => !/(kinds|errors|decisions)\.md$/.test(path));
const stages = globSync(["src/proxy/*.ts", "src/proxy/exchange/lane.ts"], { cwd: root }).map((path) => ({
  path,
  text: read(path),
}));

describe.each(policyKinds)("$kind", ({ kind, table, attaches, mode }) => {
  it("has a sample, a JSON Schema, a golden pair and a page of its own in the list of pages", () => {
    expect(minimal[kind]).toContain(`kind: ${kind}`);
    expect(read(`docs/schema/${kind}.json`)).toContain(kind);
    expect(globSync("test/compile/golden/*.in.yaml", { cwd: root }).some((path) => read(path).includes(kind))).toBe(
      true,
    );
    const own = pages.filter((path) => new RegExp(`^kind: ${kind}$`, "m").test(read(path)));
    expect(own.filter((path) => read("README.md").includes(path))).not.toEqual([]);
  });

  it("is known to everybody who asks for policies: those with targetRefs are in the list, and no other", () => {
    const attached = kindNames.filter((name) =>
      JSON.stringify(kinds[name].spec.toJSONSchema()).includes('"targetRefs"'),
    );
    expect(policyKinds.map((one) => one.kind).toSorted()).toEqual(attached.toSorted());
  });

  it("is read from its table by what it is about: a stage for requests, the lane for calls", () => {
    const readers = stages.filter(({ text }) =>
      new RegExp(`policies\\??\\.${table}\\b|tables\\.${table}\\b|\\b${table} =`).test(text),
    );
    expect([attaches, mode, readers.map(({ path }) => path)]).not.toEqual([attaches, mode, []]);
  });
});

describe("the example of a new policy in CONTRIBUTING", () => {
  const section = /## A new policy\n([\s\S]*?)\n## /.exec(read("CONTRIBUTING.md"))?.[1] ?? "";
  const files = [...section.matchAll(/^\| `(src\/[^`]+)`/gm)].map(([, path = ""]) => path);
  const diff = /```diff\n([\s\S]*?)```/.exec(section)?.[1]?.trimEnd().split("\n") ?? [];

  it("has at most four new files, all of them there", () => {
    expect(files.length).toBeGreaterThan(2);
    expect(files.length).toBeLessThanOrEqual(4);
    for (const path of files) {
      expect(statSync(root + path).isFile()).toBe(true);
    }
  });

  it("has at most eight lines elsewhere, which stand in their files as they stand here", () => {
    let path = "";
    let lines = 0;
    for (const line of diff) {
      if (line.startsWith("--- ")) {
        path = line.slice(4);
      } else if (line.startsWith("+")) {
        lines += 1;
        expect(read(path).split("\n"), `${path}: CONTRIBUTING.md shows another line`).toContain(line.slice(1));
      } else {
        expect(read(path).split("\n")).not.toContain(line.slice(1));
      }
    }
    expect(lines).toBeGreaterThan(4);
    expect(lines).toBeLessThanOrEqual(8);
  });

  it("leaves out nobody else in the product who names the kind", () => {
    // Importers may write documents of the kind: that is no part of it.
    const product = globSync("{src,durable}/**/*.ts", { cwd: root }).filter(
      (path) => !path.startsWith("src/adapters/"),
    );
    const named = product.filter((path) => /ip-?access/i.test(read(path)));
    const shown = diff.flatMap((line) => (line.startsWith("--- ") ? [line.slice(4)] : []));
    expect(named.toSorted()).toEqual([...files, ...shown].toSorted());
  });
});
