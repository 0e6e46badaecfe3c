// Behind which change the way back of a service leads.
import { expect, it } from "vitest";
import { markupPen } from "../../src/control/page/markup.ts";
import type { Revision } from "../../src/model/api/registry.ts";
import type { Trouble } from "../../src/status/trouble.ts";
import { troubleCard } from "../../src/verdict/trouble-card.ts";

const NOW = Date.UTC(2026, 10, 30, 12);
const at = (secondsAgo: number): string => new Date(NOW - secondsAgo * 1000).toISOString();
const revision = (number: number, secondsAgo: number): Revision => ({
  revision: number,
  at: at(secondsAgo),
  actor: "mia",
  source: "apply",
  reason: null,
  summary: { create: 0, update: 1, prune: 0, unchanged: 0 },
  rolledBackTo: null,
});
const revisions = [revision(9, 20), revision(8, 70), revision(7, 80)];

const fails = { severity: "down", ref: "Service/shop/pay", message: "fails", since: at(60), command: null } as const;
const trouble = (cause: Trouble["cause"]): Trouble => (cause === undefined ? fails : { ...fails, cause });

function behind(...causes: readonly Trouble["cause"][]): number | undefined {
  const [first, ...others] = causes.map(trouble);
  if (first === undefined) {
    throw new Error("nothing is wrong");
  }
  const pen = markupPen("", NOW);
  let found: Revision | undefined;
  troubleCard(pen, { troubles: [first, ...others], revisions }, (_, before) => {
    found = before;
    return pen.group();
  });
  return found?.revision;
}

it("is that which is named as the cause, also where another came between", () => {
  expect(behind({ kind: "revision", at: at(80) })).toBe(7);
  expect(behind(undefined, { kind: "override", at: at(80) })).toBe(7);
});

it("is the last one before it where nothing is named", () => {
  expect(behind(undefined)).toBe(8);
});

it("is none where something else is named, or one that is not among the latest", () => {
  expect(behind({ kind: "caller", at: null })).toBeUndefined();
  expect(behind({ kind: "dependency", at: null })).toBeUndefined();
  expect(behind({ kind: "revision", at: at(500) })).toBeUndefined();
});
