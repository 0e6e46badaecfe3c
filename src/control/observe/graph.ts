// `GET /graph`: who calls whom, by what the registry and the policies say and by what was seen, so that it is never
// empty. Callers are proven ones; those who prove nothing are one node.
import * as z from "zod";
import { goldenOf } from "../../decide/signals/golden.ts";
import { graphSchema, type GraphEdge, type GraphNode } from "../../model/api/signals.ts";
import type { SignalRow } from "../../model/message/signals.ts";
import { noBody } from "../register/json-body.ts";
import { type ControlApp, register } from "../register/register.ts";
import { declaredCalls } from "./declared-calls.ts";
import { nodeOfCaller, serviceNode, type NodeName } from "./graph-node.ts";
import { knownServices } from "./known-services.ts";
import { readSignals } from "./read-signals.ts";
import { serviceSignals } from "./service-signals.ts";
import { seenName } from "../operator/redact.ts";
import { serviceQuery } from "../view/named-service.ts";
import { askedOf, windowQuery, countedMs } from "./window.ts";

export function registerGraph(app: ControlApp): void {
  register(app, {
    id: "getGraph",
    method: "get",
    path: "/graph",
    role: "viewer",
    scope: "each",
    writes: false,
    tag: "signals",
    summary: "Who calls whom: by routes, contracts and policies, and by the traffic of a window.",
    description:
      "`declared` names the documents by which a caller is meant to reach a service; an edge without any is traffic that " +
      "nothing names, one without `signals` had none. An operator who is limited to namespaces sees what calls their services.",
    params: z.object({}),
    query: z.object({ ...windowQuery, namespace: serviceQuery.namespace }),
    body: noBody,
    answer: graphSchema,
    refusals: [],
    async handle({ query, store, env, operator, now }) {
      const asked = askedOf(query, operator, now);
      if ("problem" in asked) {
        return asked;
      }
      const { revision } = await store.head();
      const [current, before, known, snapshot] = await Promise.all([
        readSignals(env, asked.question, operator, now),
        readSignals(env, asked.before, operator, now),
        knownServices(store, env, asked.covers),
        store.snapshot(revision),
      ]);
      const services = serviceSignals(asked, current, before, known);
      const ms = countedMs(current.window);
      const nodes = new Map<string, GraphNode>();
      for (const { namespace, name, state, reasons, versions, endpoints, signals } of services) {
        const node = serviceNode({ namespace, name });
        nodes.set(node.id, { ...node, state, reasons, versions, endpoints, signals });
      }
      const edges = new Map<string, { from: NodeName; to: string; declared: Set<string>; rows: SignalRow[] }>();
      const edge = (from: NodeName, to: string): { declared: Set<string>; rows: SignalRow[] } => {
        const key = `${from.id} ${to}`;
        const held = edges.get(key) ?? { from, to, declared: new Set<string>(), rows: [] };
        edges.set(key, held);
        return held;
      };
      for (const { from, service, by } of snapshot === null ? [] : declaredCalls(snapshot)) {
        if (asked.covers(service)) {
          edge(from, `service:${service}`).declared.add(seenName(operator, by));
        }
      }
      for (const row of current.rows) {
        if (row.service.includes("/")) {
          edge(nodeOfCaller(row.caller), `service:${row.service}`).rows.push(row);
        }
      }
      const shown: GraphEdge[] = [];
      for (const { from, to, declared, rows } of edges.values()) {
        if (!nodes.has(to)) {
          continue;
        }
        if (!nodes.has(from.id)) {
          nodes.set(from.id, { ...from, state: null, reasons: [], versions: [], endpoints: null, signals: null });
        }
        const signals = rows.length === 0 ? null : goldenOf(rows, ms);
        shown.push({ from: from.id, to, declared: [...declared].toSorted(), signals });
      }
      return {
        body: { window: current.window, revision, nodes: [...nodes.values()], edges: shown.toSorted(byTraffic) },
      };
    },
  });
}

function byTraffic(a: GraphEdge, b: GraphEdge): number {
  const order = `${a.from} ${a.to}` < `${b.from} ${b.to}` ? -1 : 1;
  return (b.signals?.requests ?? 0) - (a.signals?.requests ?? 0) || order;
}
