import { describe, expect, it } from "vitest";
import {
  neighbour,
  nodePlaces,
  NODE_HEIGHT,
  NODE_WIDTH,
  type NodePlace,
} from "../../../src/dashboard/map/graph-layout.ts";

const wires = [
  { from: "web", to: "orders" },
  { from: "web", to: "catalog" },
  { from: "orders", to: "pay" },
  { from: "pay", to: "orders" },
  { from: "pay", to: "pay" },
];
const none: ReadonlyMap<string, NodePlace> = new Map();

const overlaps = (places: ReadonlyMap<string, NodePlace>): string[] => {
  const all = [...places];
  return all.flatMap(([one, a], index) =>
    all
      .slice(index + 1)
      .flatMap(([other, b]) =>
        Math.abs(a.x - b.x) < NODE_WIDTH && Math.abs(a.y - b.y) < NODE_HEIGHT ? [`${one} on ${other}`] : [],
      ),
  );
};

describe("the map", () => {
  it("puts callers left of what they call, and nobody on anybody", () => {
    const places = nodePlaces(["web", "orders", "catalog", "pay"], wires, none);
    expect(places.get("web")!.x).toBeLessThan(places.get("orders")!.x);
    expect(overlaps(places)).toEqual([]);
  });

  it("never moves a node, whatever comes or goes", () => {
    let known = nodePlaces(["web", "orders", "catalog", "pay"], wires, none);
    for (let nth = 0; nth < 20; nth += 1) {
      const ids = ["web", "orders", ...(nth % 2 === 0 ? ["pay"] : ["catalog"]), `new-${nth}`];
      const after = nodePlaces(ids, [...wires, { from: "web", to: `new-${nth}` }], known);
      for (const [id, place] of after) {
        expect(known.get(id) ?? place, id).toEqual(place);
      }
      known = new Map([...known, ...after]);
      expect(overlaps(after)).toEqual([]);
    }
  });

  it("takes three hundred services at once", () => {
    const ids = Array.from({ length: 300 }, (_, nth) => `s${nth}`);
    const many = ids.slice(1).map((to, nth) => ({ from: `s${Math.floor(nth / 3)}`, to }));
    expect(overlaps(nodePlaces(ids, many, none))).toEqual([]);
  });

  it("goes to the nearest node in the direction of an arrow", () => {
    const places = new Map([
      ["a", { x: 0, y: 0 }],
      ["b", { x: 300, y: 10 }],
      ["c", { x: 300, y: 400 }],
    ]);
    expect([neighbour("a", "ArrowRight", places), neighbour("b", "ArrowDown", places)]).toEqual(["b", "c"]);
    expect([
      neighbour("a", "ArrowLeft", places),
      neighbour("a", "x", places),
      neighbour("?", "ArrowUp", places),
    ]).toEqual([null, null, null]);
  });
});
