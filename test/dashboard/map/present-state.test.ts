import { expect, it } from "vitest";
import { inPresentState } from "../../../src/dashboard/map/present-state.ts";
import type { Graph, GraphNode } from "../../../src/model/api/signals.ts";
import type { MeshStatus } from "../../../src/status/mesh-status.ts";

const node = (name: string, state: GraphNode["state"], kind: GraphNode["kind"] = "service"): GraphNode => {
  const nothing = { reasons: [], versions: [], endpoints: null, signals: null };
  return { id: `${kind}:shop/${name}`, kind, namespace: "shop", name, state, ...nothing };
};
const status = {
  problems: [
    { severity: "down", ref: "Service/shop/pay", message: "", since: null, command: null },
    { severity: "degraded", ref: "Service/shop/web", message: "", since: null, command: null },
  ],
  notices: [{ severity: "notice", ref: "Service/shop/past", message: "", since: null, command: null }],
  idle: ["Service/shop/still"],
} as unknown as MeshStatus;
const states = (nodes: readonly GraphNode[], now: MeshStatus | undefined) =>
  inPresentState({ nodes, edges: [] } as unknown as Graph, now).nodes.map(({ name, state }) => [name, state]);

it("a node is as its service is now, on whatever screen, and not as it was in the window", () => {
  const nodes = [
    node("pay", "healthy"),
    node("web", "failing"),
    node("past", "degraded"),
    node("still", "healthy"),
    node("leaving", "draining"),
    node("dark", "unknown"),
    node("pay", null, "gateway"),
  ];
  expect(states(nodes, status)).toEqual([
    ["pay", "failing"],
    ["web", "degraded"],
    ["past", "healthy"],
    ["still", "idle"],
    ["leaving", "draining"],
    ["dark", "unknown"],
    ["pay", null],
  ]);
  expect(states(nodes, undefined)).toEqual(nodes.map(({ name, state }) => [name, state]));
});
