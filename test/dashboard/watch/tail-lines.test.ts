// The lines of a tail: bounded, each once, held back while they are stopped.
import { expect, it } from "vitest";
import type { ReceiptShown } from "../../../src/model/api/requests.ts";
import { MOST_LINES, TailLines, type TailWords } from "../../../src/dashboard/watch/tail-lines.ts";

const request = (nth: number): TailWords => ({
  receipt: {
    requestId: `r${nth}`,
    traceId: "t",
    at: "2026-11-29T12:00:00.000Z",
    path: "/",
    service: "",
  } as ReceiptShown,
});
const requests = (from: number, to: number): TailWords[] =>
  Array.from({ length: to - from }, (_, nth) => request(from + nth));
const said = (lines: TailLines): string[] =>
  lines.view().lines.map((one) => ("receipt" in one ? one.receipt.requestId : one.mark));

it("keeps the newest of them, in the order in which they came", () => {
  const lines = new TailLines();
  lines.add(requests(0, MOST_LINES + 3));
  expect(said(lines)).toHaveLength(MOST_LINES);
  expect([said(lines)[0], said(lines).at(-1)]).toEqual(["r3", `r${MOST_LINES + 2}`]);
});

it("shows each once, however often it is told", () => {
  const lines = new TailLines();
  lines.add(requests(0, 3));
  lines.add([{ mark: "gap" }, ...requests(1, 5)]);
  expect(said(lines)).toEqual(["r0", "r1", "r2", "gap", "r3", "r4"]);
});

it("gives every line a number of its own, which it keeps", () => {
  const lines = new TailLines();
  lines.add(requests(0, 2));
  const before = lines.view().lines.map(({ nth }) => nth);
  lines.add(requests(2, 4));
  expect(lines.view().lines.map(({ nth }) => nth)).toEqual([...before, ...before.map((nth) => nth + 2)]);
});

it("holds back what comes while it is stopped, counts it, and shows it afterwards", () => {
  const lines = new TailLines();
  lines.add(requests(0, 2));
  lines.pause();
  lines.add([...requests(2, 4), { mark: "gap" }]);
  expect(lines.view()).toMatchObject({ isPaused: true, heldBack: 2 });
  expect(said(lines)).toEqual(["r0", "r1"]);
  lines.resume();
  expect(lines.view()).toMatchObject({ isPaused: false, heldBack: 0 });
  expect(said(lines)).toEqual(["r0", "r1", "r2", "r3", "gap"]);
});

it("says how many of those that were held back there was no room for", () => {
  const lines = new TailLines();
  lines.pause();
  for (let from = 0; from < 3 * MOST_LINES; from += 100) {
    lines.add(requests(from, from + 100));
  }
  expect(lines.view()).toMatchObject({ heldBack: 3 * MOST_LINES });
  lines.resume();
  expect(said(lines)).toHaveLength(MOST_LINES);
  expect(said(lines)[0]).toBe(`${2 * MOST_LINES + 1} more came while this was stopped, and are not shown`);
  expect(said(lines).at(-1)).toBe(`r${3 * MOST_LINES - 1}`);
  lines.add(requests(10_000, 10_001));
  expect(lines.view()).toMatchObject({ heldBack: 0, isPaused: false });
});
