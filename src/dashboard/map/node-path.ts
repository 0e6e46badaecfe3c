// Where a node of the map leads.
import type { GraphNode } from "../../model/api/signals.ts";
import { refOf } from "../../model/word/refs.ts";
import { documentPath } from "../../model/word/screen-paths.ts";

const kinds = { service: "Service", application: "Application", gateway: "Gateway" } as const;

/** null = it is nothing that has a screen. */
export function nodePath({ kind, namespace, name }: GraphNode): string | null {
  return kind === "class" || namespace === null ? null : documentPath(refOf(kinds[kind], namespace, name));
}
