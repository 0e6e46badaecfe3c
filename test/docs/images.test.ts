// The README shows every screen of the dashboard, and docs/images has nothing that nobody shows.
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { expect, it } from "vitest";
import { screens } from "../../src/model/word/screens.ts";

const root = new URL("../..", import.meta.url).pathname;
const kept = globSync("docs/images/*.png", { cwd: root }).map((path) => basename(path));
const shown = (path: string): string[] =>
  [...readFileSync(root + path, "utf8").matchAll(/images\/([\w-]+\.png)/g)].map(([, name = ""]) => name);

it("every screen has a picture, made by `npm run screenshots`, and the README shows it", () => {
  const wanted = [...screens.map(({ path }) => path.slice(1)), "portal"].map((name) => `dashboard-${name}.png`);
  expect(wanted.filter((name) => !kept.includes(name))).toEqual([]);
  expect(wanted.filter((name) => !shown("README.md").includes(name))).toEqual([]);
});

it("every picture is shown by a page, and every picture that is shown is there", () => {
  const pages = ["README.md", ...globSync("docs/*.md", { cwd: root })].flatMap(shown);
  expect([...new Set(pages)].toSorted()).toEqual(kept.toSorted());
});
