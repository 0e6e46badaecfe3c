import { describe, expect, it } from "vitest";
import { fitsFilter, heldSince, watchersOf, watchesLeft, withWatch } from "../../../src/decide/trace/watching.ts";
import type { HeldWatch } from "../../../src/decide/trace/watching.ts";
import type { Watch } from "../../../src/model/message/watch.ts";
import { sampleReceipt } from "../../support/documents/receipts.ts";

const watch = (id: string, more: Partial<Watch> = {}): Watch => ({ id, namespaces: null, forMs: 15_000, ...more });
const board = (count: number): readonly HeldWatch[] =>
  Array.from({ length: count }, (_, nth) => nth).reduce<readonly HeldWatch[]>(
    (held, nth) => withWatch(held, watch(`w${nth}`), 0) ?? held,
    [],
  );

describe("watches", () => {
  it("are eight at most, and end by themselves", () => {
    const full = board(9);
    expect(full).toHaveLength(8);
    expect(withWatch(full, watch("late"), 14_999)).toBeNull();
    expect(withWatch(full, watch("late"), 15_000)).toHaveLength(1);
    expect(watchesLeft(full, 15_000)).toEqual([]);
  });

  it("go on when they are told anew, and take no second place", () => {
    const again = withWatch(board(8), watch("w3"), 10_000);
    expect(again).toHaveLength(8);
    expect(watchesLeft(again ?? [], 20_000)).toEqual([watch("w3", { forMs: 5000 })]);
  });

  it("are shared: who has the most gives a place to who has fewer, and gets it back from nobody", () => {
    const evil = Array.from({ length: 8 }, (_, nth) => watch(`e${nth}`, { by: "evil" }));
    const full = evil.reduce<readonly HeldWatch[]>((held, one) => withWatch(held, one, 0) ?? held, []);
    const shop = withWatch(full, watch("s0", { by: "shop" }), 1) ?? [];
    expect(shop.map((one) => one.watch.id)).toEqual(["e1", "e2", "e3", "e4", "e5", "e6", "e7", "s0"]);
    expect(withWatch(shop, watch("e0", { by: "evil" }), 2)).toBeNull();
    expect(withWatch(full, watch("e8", { by: "evil" }), 1)).toBeNull();
    const each = evil.map((one, nth) => ({ watch: { ...one, by: `t${nth}` }, until: 10 }));
    expect(withWatch(each, watch("s0", { by: "shop" }), 1)).toBeNull();
  });

  it("end in an isolate as they would where they were told, and it takes no more of them than there may be", () => {
    const held = heldSince(watchesLeft(board(1), 5000), 1_000_000);
    expect(watchersOf(held, sampleReceipt({}), "shop", 1_009_999)).toEqual(["w0"]);
    expect(watchersOf(held, sampleReceipt({}), "shop", 1_010_000)).toEqual([]);
    expect(
      heldSince(
        Array.from({ length: 20 }, (_, nth) => watch(`x${nth}`)),
        0,
      ),
    ).toHaveLength(8);
  });

  it("see the namespaces that they are for, and no other", () => {
    const held = heldSince([watch("shop", { namespaces: ["shop"] }), watch("all")], 0);
    expect(watchersOf(held, sampleReceipt({}), "shop", 1)).toEqual(["shop", "all"]);
    expect(watchersOf(held, sampleReceipt({ service: "" }), "", 1)).toEqual(["all"]);
  });
});

it.each([
  [{}, true],
  [{ service: "shop/orders", leastStatus: 502, method: "GET", path: "/ord", caller: "anonymous" }, true],
  [{ service: "shop/other" }, false],
  [{ leastStatus: 503 }, false],
  [{ method: "get" }, false],
  [{ path: "/orders/18" }, false],
  [{ caller: "user" }, false],
])("a filter %j takes the request: %j", (filter, expected) => {
  expect(fitsFilter(filter, sampleReceipt({}))).toBe(expected);
});
