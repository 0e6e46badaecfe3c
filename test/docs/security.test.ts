// docs/security.md names the tests that hold each rule: they are there, by these names. docs/attacks.md lists every
// attack.
import { existsSync, globSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { ATTACKS } from "../attack/attacks.ts";
import { mutations } from "../support/mutations.ts";

const root = new URL("../..", import.meta.url).pathname;
const page = readFileSync(`${root}docs/security.md`, "utf8");
const NAMED = /`(test\/[^`]+\.ts)` "([^"]+)"/g;

it("every test that docs/security.md names is there", () => {
  const named = [...page.matchAll(NAMED)].map(([, file = "", title = ""]) => ({ file, title }));
  expect(named.length).toBeGreaterThan(30);
  const missing = named.filter(({ file, title }) => {
    if (!existsSync(root + file)) {
      return true;
    }
    // A title in the source, however its quotes and line ends are written.
    return !readFileSync(root + file, "utf8")
      .replaceAll('\\"', '"')
      .includes(title);
  });
  expect(missing).toEqual([]);
});

it("every rule of docs/security.md has a test, and every path on the page leads somewhere", () => {
  const rules = page.split("\n").filter((line) => line.startsWith("| **INV"));
  expect(rules.length).toBeGreaterThanOrEqual(10);
  for (const rule of rules) {
    expect(rule).toMatch(/`test\/[^`]+\.ts` "/);
  }
  const paths = [...page.matchAll(/(?:`|node )(test\/[\w./*-]+)/g)].map(([, path = ""]) => path);
  expect(paths.filter((path) => globSync(path, { cwd: root }).length === 0)).toEqual([]);
});

it("docs/attacks.md has a row for every attack, and no two of them read the same", () => {
  const attacks = readFileSync(`${root}docs/attacks.md`, "utf8");
  const all = ATTACKS.flatMap(([, list]) => list);
  expect(all.length).toBeGreaterThanOrEqual(60);
  const rows = attacks.split("\n").filter((line) => line.startsWith("| ") && !/^\| (?:tried|---)/.test(line));
  expect(rows).toHaveLength(all.length);
  expect(new Set(all.map(({ what }) => what)).size).toBe(all.length);
});

it("every guard that test/regress/mutations.ts takes out stands where it says, once", () => {
  const times = mutations.map(({ file, from }) => [
    file,
    from,
    readFileSync(root + file, "utf8").split(from).length - 1,
  ]);
  expect(times.filter(([, , count]) => count !== 1)).toEqual([]);
  expect(times.length).toBeGreaterThan(30);
});
