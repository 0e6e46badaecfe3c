// Who calls whom: drawn, or as a list with the same rows. From documents and traffic, so that it is not empty before
// the first request.
import type { ReactNode } from "react";
import { Link, useSearchParams } from "wouter";
import type { Graph, GraphEdge } from "../../model/api/signals.ts";
import { useMeshStatus } from "../data/mesh-status.ts";
import { useGraph } from "../data/signals.ts";
import { Button } from "../part/button.tsx";
import { SameInTerminal } from "../part/command-line.tsx";
import { DataTable } from "../part/data-table.tsx";
import { Empty } from "../part/empty.tsx";
import { Ready } from "../part/ready.tsx";
import { RefLink } from "../part/drawn.tsx";
import { Screen } from "../part/screen.tsx";
import { msText, percentText, rateText } from "../word/number.ts";
import { WindowNote } from "../signal/window-note.tsx";
import { GraphDrawing } from "./graph-drawing.tsx";
import { nodePath } from "./node-path.ts";
import { inPresentState } from "./present-state.ts";
import { shownGraph } from "./shown-graph.ts";

export function MapScreen(): ReactNode {
  const read = useGraph();
  const status = useMeshStatus().data?.status;
  const [query, setQuery] = useSearchParams();
  const isList = query.get("view") === "list";
  const focus = query.get("focus");
  const change = (name: string, value: string | null): void => {
    const next = new URLSearchParams(query);
    if (value === null) {
      next.delete(name);
    } else {
      next.set(name, value);
    }
    setQuery(next);
  };
  return (
    <Screen
      title="Map"
      at={read.dataUpdatedAt}
      span={<WindowNote window={read.data?.window} />}
      acts={
        <>
          {focus === null ? null : <Button onPress={() => change("focus", null)}>Show all</Button>}
          <Button onPress={() => change("view", isList ? null : "list")}>{isList ? "As a map" : "As a list"}</Button>
        </>
      }
    >
      <Ready read={read}>
        {(seen) => {
          const graph = inPresentState(seen, status);
          return graph.nodes.length === 0 ? (
            <Empty cause="There is no service, so nobody calls one." command="selvage apply -f mesh.yaml" />
          ) : isList ? (
            <EdgeList graph={graph} />
          ) : focus !== null && !graph.nodes.some(({ id }) => id === focus) ? (
            <Empty cause={`Nothing on the map is ${focus}: no document names it, and it had no part in this window.`} />
          ) : (
            <Drawing graph={graph} focus={focus} onFocus={(id) => change("focus", id)} />
          );
        }}
      </Ready>
      <SameInTerminal lines={["selvage graph"]} />
    </Screen>
  );
}

interface DrawingProps {
  readonly graph: Graph;
  readonly focus: string | null;
  readonly onFocus: (id: string) => void;
}

function Drawing({ graph, focus, onFocus }: DrawingProps): ReactNode {
  const { nodes, edges, left } = shownGraph(graph, focus);
  return (
    <>
      {left === 0 ? null : (
        <p>
          {nodes.length} of {graph.nodes.length} are drawn,{" "}
          {focus === null
            ? "the worst and busiest. The list has all of them; Focus on a node draws what is around it."
            : `what is within two steps of ${focus}. The list has all of them.`}
        </p>
      )}
      <GraphDrawing nodes={nodes} edges={edges} onFocus={onFocus} />
    </>
  );
}

function EdgeList({ graph: { nodes, edges } }: { readonly graph: Graph }): ReactNode {
  const names = new Map(nodes.map((node) => [node.id, node]));
  const nameOf = (id: string): ReactNode => {
    const node = names.get(id);
    const path = node === undefined ? null : nodePath(node);
    const text = node === undefined ? id : `${node.namespace === null ? "" : `${node.namespace}/`}${node.name}`;
    return path === null ? text : <Link href={path}>{text}</Link>;
  };
  return (
    <DataTable<GraphEdge>
      caption="Who calls whom"
      rows={edges}
      keyOf={({ from, to }) => `${from} ${to}`}
      textOf={({ from, to }) => `${from} ${to}`}
      columns={[
        { head: "Caller", cell: ({ from }) => nameOf(from), sort: ({ from }) => from },
        { head: "Called", cell: ({ to }) => nameOf(to), sort: ({ to }) => to },
        {
          head: "Rate",
          number: true,
          cell: ({ signals }) => (signals === null ? "none" : rateText(signals.perSecond)),
          sort: ({ signals }) => signals?.perSecond ?? 0,
        },
        {
          head: "Errors",
          number: true,
          cell: ({ signals }) => (signals === null ? "–" : percentText(signals.errorPercent)),
          sort: ({ signals }) => signals?.errorPercent ?? 0,
        },
        {
          head: "p95",
          number: true,
          cell: ({ signals }) => msText(signals?.p95Ms ?? null),
          sort: ({ signals }) => signals?.p95Ms ?? 0,
        },
        {
          head: "By",
          cell: ({ declared }) =>
            declared.length === 0
              ? "traffic alone"
              : declared.slice(0, 3).map((ref) => <RefLink key={ref} reference={ref} />),
        },
      ]}
    />
  );
}
