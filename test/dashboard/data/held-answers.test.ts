import { expect, it } from "vitest";
import { HeldAnswers } from "../../../src/dashboard/data/held-answers.ts";

const NOW = Date.UTC(2026, 10, 30);
const FRESH_MS = 30_000;
const at = new Date(NOW).toISOString();
const answer = (value: unknown) => ({ ok: true, status: 200, value, etag: null });

it("what is told holds for as long as it is told, and after that as long as what was asked", () => {
  const held = new HeldAnswers();
  held.take({ event: "snapshot", path: "/graph", at, value: { nodes: 1 } }, NOW);
  held.take({ event: "snapshot", path: "/stats", at, value: { total: 1 } }, NOW);
  held.follow(new Set(["/graph", "/stats"]));
  expect(held.answer("/graph", NOW + 10 * FRESH_MS, FRESH_MS)).toEqual(answer({ nodes: 1 }));
  // Another screen, that is not made of it.
  held.follow(new Set(["/stats"]));
  expect(held.answer("/graph", NOW + FRESH_MS - 1, FRESH_MS)).toEqual(answer({ nodes: 1 }));
  expect(held.answer("/graph", NOW + FRESH_MS, FRESH_MS)).toBeNull();
  expect(held.answer("/stats", NOW + FRESH_MS, FRESH_MS)).toEqual(answer({ total: 1 }));
});

it("what is followed again is told as a whole: a change of what was told before is none of it", () => {
  const held = new HeldAnswers();
  held.take({ event: "snapshot", path: "/graph", at, value: { nodes: 1 } }, NOW);
  held.follow(new Set());
  const patch = [{ op: "replace" as const, path: "/nodes", value: 2 }];
  expect(held.take({ event: "delta", path: "/graph", at, patch }, NOW + 1)).toBeNull();
  expect(held.take({ event: "snapshot", path: "/graph", at, value: { nodes: 3 } }, NOW + 2)).toBe("/graph");
  expect(held.take({ event: "delta", path: "/graph", at, patch }, NOW + 3)).toBe("/graph");
  expect(held.answer("/graph", NOW + FRESH_MS * 2, FRESH_MS)).toEqual(answer({ nodes: 2 }));
});
