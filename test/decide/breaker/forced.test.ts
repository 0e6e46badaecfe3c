import { describe, expect, it } from "vitest";
import {
  forcedList,
  forcedStates,
  forceState,
  NO_ORDERS,
  takeForced,
  withOrders,
  type ForcedTargets,
} from "../../../src/decide/breaker/forced.ts";
import { newIsolateBreakers } from "../../../src/decide/breaker/isolate.ts";

const NOW = 1_800_000_000_000;
const DAY = 86_400_000;
const open = { target: "*", state: "open", forMs: 60_000, reason: "restore" } as const;

describe("orders of operators", () => {
  it("are numbered upwards, whatever the clock does, and end by themselves", () => {
    const orders: ForcedTargets = { forced: new Map(), forcedSeq: 0 };
    forceState(orders, { target: "*", state: "open", ttlMs: 1000, reason: "x" }, NOW);
    expect(orders.forcedSeq).toBe(NOW);
    forceState(orders, { target: "*", state: "auto", ttlMs: 1000, reason: "x" }, NOW - 5000);
    expect([orders.forcedSeq, forcedStates(orders, NOW)]).toEqual([NOW + 1, []]);
    forceState(orders, { target: "v:v2", state: "closed", ttlMs: 1000, reason: "x" }, NOW);
    expect(forcedStates(orders, NOW + 400)).toEqual([{ target: "v:v2", state: "closed", forMs: 600, reason: "x" }]);
    expect(forcedStates(orders, NOW + 1000)).toEqual([]);
  });

  it("are on the board with what is left of them; one that was taken back is there too", () => {
    let board = withOrders(NO_ORDERS, "shop/orders", { seq: 5, states: [open] }, NOW);
    expect(forcedList(board, NOW + 10_000).services.get("shop/orders")?.states).toEqual([{ ...open, forMs: 50_000 }]);
    expect(forcedList(board, NOW + 60_000).services.get("shop/orders")?.states).toEqual([]);
    const before = board.version;
    board = withOrders(board, "shop/orders", { seq: 6, states: [] }, NOW);
    expect(board.version).toBeGreaterThan(before);
    expect(forcedList(board, NOW).services.get("shop/orders")).toEqual({ seq: 6, states: [] });
  });

  it("that arrive late or twice change nothing", () => {
    const board = withOrders(NO_ORDERS, "shop/orders", { seq: 5, states: [open] }, NOW);
    expect(withOrders(board, "shop/orders", { seq: 5, states: [] }, NOW)).toBe(board);
    expect(withOrders(board, "shop/orders", { seq: 4, states: [] }, NOW)).toBe(board);
  });

  it("leave the board after a day, and there are never more than a thousand services on it", () => {
    let board = withOrders(NO_ORDERS, "shop/old", { seq: 1, states: [open] }, NOW);
    board = withOrders(board, "shop/new", { seq: 1, states: [open] }, NOW + DAY + 1);
    expect([...board.services.keys()]).toEqual(["shop/new"]);
    for (let nth = 0; nth < 1100; nth++) {
      board = withOrders(board, `shop/s${nth}`, { seq: 1, states: [] }, NOW + DAY);
    }
    expect(board.services.size).toBe(1000);
  });
});

describe("an isolate", () => {
  it("obeys the list with the higher number, whichever way it came", () => {
    const breakers = newIsolateBreakers();
    takeForced(breakers, { seq: 5, states: [open] }, NOW);
    expect(breakers).toMatchObject({ mustCheck: true, forced: [{ target: "*", until: NOW + 60_000 }] });
    // The coordinator's answer to a report that was sent before the order.
    takeForced(breakers, { seq: 4, states: [] }, NOW);
    expect(breakers.forced).toHaveLength(1);
    takeForced(breakers, { seq: 6, states: [] }, NOW);
    expect(breakers.forced).toEqual([]);
  });

  it("takes a coordinator at its word that numbers nothing, until it heard of a number", () => {
    const breakers = newIsolateBreakers();
    takeForced(breakers, { seq: 0, states: [open] }, NOW);
    takeForced(breakers, { seq: 0, states: [] }, NOW);
    expect(breakers.forced).toEqual([]);
  });
});
