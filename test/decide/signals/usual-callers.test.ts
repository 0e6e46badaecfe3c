import { expect, it } from "vitest";
import { callingAsBefore } from "../../../src/decide/signals/usual-callers.ts";

const rows = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts).map(([caller, count]) => ({ caller, count }));

it("knows who calls no more often than before, whatever chance makes of it", () => {
  const before = rows({ steady: 240, busy: 9000, new: 0, rare: 2, louder: 240, quieter: 300 });
  const now = rows({ steady: 270, busy: 9300, new: 4, rare: 6, louder: 480, quieter: 20, unknown: 7 });
  expect([...callingAsBefore(now, before, 1)]).toEqual(["steady", "busy", "rare", "quieter"]);
});

it("adds up what is counted of a caller in several rows", () => {
  expect([...callingAsBefore([...rows({ app: 150 }), ...rows({ app: 150 })], rows({ app: 150 }), 1)]).toEqual([]);
});

it("compares with as much of the time before as was counted", () => {
  expect([...callingAsBefore(rows({ app: 240 }), rows({ app: 60 }), 0.25)]).toEqual(["app"]);
  expect([...callingAsBefore(rows({ app: 240 }), rows({ app: 60 }), 1)]).toEqual([]);
  expect([...callingAsBefore(rows({ app: 240 }), [], 0)]).toEqual([]);
});
