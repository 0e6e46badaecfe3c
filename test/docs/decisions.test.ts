// docs/decisions.md: each entry is under a topic of the index, by its own heading.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const page = readFileSync(new URL("../../docs/decisions.md", import.meta.url), "utf8");
const headings = [...page.matchAll(/^## (\d+\. .*)$/gm)].map(([, heading = ""]) => heading);
const links = [...page.matchAll(/^ {2}- \[(.*?)\]\(#(.*?)\)$/gm)].map(([, text = "", anchor = ""]) => ({
  text,
  anchor,
}));

/** As GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-");

it("every decision has its number, in their order, and its place in the index", () => {
  expect(headings.map((heading) => Number.parseInt(heading, 10))).toEqual(headings.map((_, nth) => nth + 1));
  const wanted = headings.map((heading) => ({
    text: heading.replace(/ \(\d{4}-\d{2}-\d{2}\)$/, ""),
    anchor: anchorOf(heading),
  }));
  const byAnchor = (one: { readonly anchor: string }, other: { readonly anchor: string }): number =>
    Number.parseInt(one.anchor, 10) - Number.parseInt(other.anchor, 10);
  expect(links.toSorted(byAnchor)).toEqual(wanted);
});
