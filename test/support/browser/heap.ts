// What a page holds: everything in its heap that can be reached, the document's nodes as well, by the browser's own
// snapshot. Code that the browser compiled of the page is told apart: it grows with what has run often, up to an end.
import type { CDPSession } from "playwright-core";

interface Snapshot {
  readonly snapshot: {
    readonly meta: { readonly node_fields: readonly string[]; readonly node_types: readonly [readonly string[]] };
  };
  /** As many numbers for each node as it has fields. */
  readonly nodes: readonly number[];
}

export interface HeapBytes {
  readonly held: number;
  readonly compiled: number;
}

export async function heapBytes(tools: CDPSession): Promise<HeapBytes> {
  const parts: string[] = [];
  const take = ({ chunk }: { readonly chunk: string }): void => void parts.push(chunk);
  tools.on("HeapProfiler.addHeapSnapshotChunk", take);
  // It collects what is garbage first.
  await tools.send("HeapProfiler.takeHeapSnapshot", {});
  tools.off("HeapProfiler.addHeapSnapshotChunk", take);
  const { snapshot, nodes } = JSON.parse(parts.join("")) as Snapshot;
  const { node_fields: fields, node_types } = snapshot.meta;
  const [type, size, code] = [fields.indexOf("type"), fields.indexOf("self_size"), node_types[0].indexOf("code")];
  const bytes = { held: 0, compiled: 0 };
  for (let at = 0; at < nodes.length; at += fields.length) {
    bytes[nodes[at + type] === code ? "compiled" : "held"] += nodes[at + size] ?? 0;
  }
  return bytes;
}
