// How nodes are right now. Their numbers are of the window that is looked at; what has failed in it and does well again
// is no more ill here than on any other screen.
import type { Graph, GraphNode, HealthWord } from "../../model/api/signals.ts";
import { refOf } from "../../model/word/refs.ts";
import type { MeshStatus } from "../../status/mesh-status.ts";
import { healthByRef, type ShownHealth } from "../../verdict/health.ts";

const isIll = (word: ShownHealth | null): word is "failing" | "degraded" => word === "failing" || word === "degraded";

/** @param status undefined = it is not read yet */
export function inPresentState(graph: Graph, status: MeshStatus | undefined): Graph {
  if (status === undefined) {
    return graph;
  }
  const healthOf = healthByRef(status);
  const stateOf = ({ kind, namespace, name, state }: GraphNode): HealthWord | null => {
    if (kind !== "service" || namespace === null) {
      return state;
    }
    const now = healthOf(refOf("Service", namespace, name));
    return isIll(now) || now === "idle" ? now : isIll(state) ? "healthy" : state;
  };
  return { ...graph, nodes: graph.nodes.map((node) => Object.assign({}, node, { state: stateOf(node) })) };
}
