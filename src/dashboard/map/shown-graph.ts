// What of the graph is drawn: at most so many nodes, the worst and busiest first, or those around one. The rest is in
// the list.
import type { Graph, GraphEdge, GraphNode } from "../../model/api/signals.ts";

const MOST_NODES = 60;

interface ShownGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** Nodes that are not drawn. */
  readonly left: number;
}

const weights: Readonly<Partial<Record<string, number>>> = { failing: 3, degraded: 2, unknown: 1 };
const weightOf = ({ state }: GraphNode): number => weights[state ?? ""] ?? 0;

/** @param focus id of a node: it and those within two steps; null = all */
export function shownGraph({ nodes, edges }: Graph, focus: string | null): ShownGraph {
  const near = focus === null ? null : around(focus, edges);
  const wanted = near === null ? nodes : nodes.filter(({ id }) => near.has(id));
  const traffic = new Map<string, number>();
  for (const { from, to, signals } of edges) {
    for (const id of [from, to]) {
      traffic.set(id, (traffic.get(id) ?? 0) + (signals?.requests ?? 0));
    }
  }
  const kept = wanted
    .toSorted((a, b) => weightOf(b) - weightOf(a) || (traffic.get(b.id) ?? 0) - (traffic.get(a.id) ?? 0))
    .slice(0, MOST_NODES);
  const ids = new Set(kept.map(({ id }) => id));
  return {
    nodes: nodes.filter(({ id }) => ids.has(id)),
    edges: edges.filter(({ from, to }) => ids.has(from) && ids.has(to)),
    left: nodes.length - kept.length,
  };
}

function around(focus: string, edges: readonly GraphEdge[]): ReadonlySet<string> {
  const found = new Set([focus]);
  for (let step = 0; step < 2; step += 1) {
    for (const id of Array.from(found)) {
      for (const { from, to } of edges) {
        if (from === id || to === id) {
          found.add(from).add(to);
        }
      }
    }
  }
  return found;
}
