// What stands in the graph: services, applications, Gateways, and the classes of those who prove no name of the mesh's.
import type { GraphNode } from "../../model/api/signals.ts";
import type { ScopedName } from "../../model/word/refs.ts";

export type NodeName = Pick<GraphNode, "id" | "kind" | "namespace" | "name">;

export const serviceNode = ({ namespace, name }: ScopedName): NodeName => ({
  id: `service:${namespace}/${name}`,
  kind: "service",
  namespace,
  name,
});

export const applicationNode = ({ namespace, name }: ScopedName): NodeName => ({
  id: `app:${namespace}/${name}`,
  kind: "application",
  namespace,
  name,
});

export const gatewayNode = ({ namespace, name }: ScopedName): NodeName => ({
  id: `gateway:${namespace}/${name}`,
  kind: "gateway",
  namespace,
  name,
});

/** Of a principal, or of the word for those without one. */
export function nodeOfCaller(caller: string): NodeName {
  const [, namespace, kind, name] = /^spiffe:\/\/[^/]+\/ns\/([^/]+)\/(sa|app)\/([^/]+)$/.exec(caller) ?? [];
  if (namespace === undefined || name === undefined) {
    return { id: `class:${caller}`, kind: "class", namespace: null, name: caller };
  }
  return kind === "app" ? applicationNode({ namespace, name }) : serviceNode({ namespace, name });
}
