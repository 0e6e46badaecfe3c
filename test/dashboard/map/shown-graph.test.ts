import { expect, it } from "vitest";
import type { Graph, GraphEdge, GraphNode } from "../../../src/model/api/signals.ts";
import { shownGraph } from "../../../src/dashboard/map/shown-graph.ts";

const node = (name: string, state: GraphNode["state"] = "healthy"): GraphNode => {
  const nothing = { reasons: [], versions: [], endpoints: null, signals: null };
  return { id: `service:shop/${name}`, kind: "service", namespace: "shop", name, state, ...nothing };
};
const edge = (from: string, to: string): GraphEdge => ({
  from: `service:shop/${from}`,
  to: `service:shop/${to}`,
  declared: [],
  signals: null,
});
const times = { from: "", to: "", seconds: 900, resolutionSeconds: 10, asOf: null, ageSeconds: null };
const window = { ...times, countedSince: null, lost: 0, folded: 0, partial: false };
const graph = (nodes: readonly GraphNode[], edges: readonly GraphEdge[]): Graph => ({
  window,
  revision: 1,
  nodes,
  edges,
});

it("draws at most sixty nodes, those in trouble first, in their own order", () => {
  const nodes = Array.from({ length: 100 }, (_, nth) => node(`s${nth}`, nth === 99 ? "failing" : "healthy"));
  const shown = shownGraph(graph(nodes, [edge("s0", "s99"), edge("s0", "s98")]), null);
  expect([shown.nodes.length, shown.left, shown.nodes.at(-1)?.name]).toEqual([60, 40, "s99"]);
  expect(shown.edges).toEqual([edge("s0", "s99")]);
});

it("draws what is within two steps of a node", () => {
  const nodes = ["a", "b", "c", "d", "e"].map((name) => node(name));
  const edges = [edge("a", "b"), edge("b", "c"), edge("c", "d"), edge("d", "e")];
  const { nodes: near } = shownGraph(graph(nodes, edges), "service:shop/a");
  expect(near.map(({ name }) => name)).toEqual(["a", "b", "c"]);
});
