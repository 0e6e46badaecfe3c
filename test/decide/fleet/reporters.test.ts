// Whom a coordinator still counts among its isolates.
import { expect, it } from "vitest";
import { dropSilent, type Reporters } from "../../../src/decide/fleet/reporters.ts";

const NOW = 1_000_000;

it("a coordinator forgets isolates that missed three turns, and nobody before the least time", () => {
  const reporters: Reporters<{ seq: number; nextSyncMs: number }> = new Map();
  const reply = { seq: 1, nextSyncMs: 4000 };
  reporters.set("slow", { reply, at: NOW });
  reporters.set("fast", { reply: { ...reply, nextSyncMs: 100 }, at: NOW });
  dropSilent(reporters, 3000, NOW + 3000);
  expect([...reporters.keys()]).toEqual(["slow", "fast"]);
  dropSilent(reporters, 3000, NOW + 3001);
  expect([...reporters.keys()]).toEqual(["slow"]);
  dropSilent(reporters, 3000, NOW + 12_001);
  expect(reporters.size).toBe(0);
});
