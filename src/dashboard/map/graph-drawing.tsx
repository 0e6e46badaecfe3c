// The drawing: nodes are buttons in the page, so that a keyboard and a reader of screens reach them; edges are lines
// below them. It scrolls in its own frame.
import { useState, type KeyboardEvent, type ReactNode } from "react";
import { useLocation } from "wouter";
import type { GraphEdge, GraphNode } from "../../model/api/signals.ts";
import { Button } from "../part/button.tsx";
import { healthSigns } from "../../verdict/health.ts";
import { percentText, rateText } from "../word/number.ts";
import { NODE_HEIGHT, NODE_WIDTH, neighbour, nodePlaces, type NodePlace } from "./graph-layout.ts";
import { keptPlaces, keepPlaces } from "./kept-places.ts";
import { nodePath } from "./node-path.ts";

interface GraphDrawingProps {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly onFocus: (id: string) => void;
}

export function GraphDrawing({ nodes, edges, onFocus }: GraphDrawingProps): ReactNode {
  const [known, setKnown] = useState(keptPlaces);
  const ids = nodes.map(({ id }) => id);
  const places = nodePlaces(ids, edges, known);
  keepPlaces(known, places);
  const all = [...places.values()];
  const width = Math.max(...all.map(({ x }) => x)) + NODE_WIDTH + 8;
  const height = Math.max(...all.map(({ y }) => y)) + NODE_HEIGHT + 8;
  const move = (event: KeyboardEvent, id: string): void => {
    const next = neighbour(id, event.key, places);
    if (next !== null) {
      event.preventDefault();
      document.querySelector<HTMLElement>(`[data-node="${CSS.escape(next)}"]`)?.focus();
    }
  };
  return (
    <>
      <p className="quiet" id="map-keys">
        Tab reaches the nodes, arrows go to the nearest one, Enter opens it, f draws what is around it.
      </p>
      <div className="map" role="group" aria-label={`Map of ${nodes.length} nodes`} aria-describedby="map-keys">
        <div style={{ position: "relative", width, height }}>
          <svg width={width} height={height} aria-hidden="true">
            {edges.map((edge) => (
              <EdgeLine key={`${edge.from} ${edge.to}`} edge={edge} places={places} />
            ))}
          </svg>
          {nodes.map((node) => {
            const place = places.get(node.id);
            return place === undefined ? null : (
              <NodeBox key={node.id} node={node} place={place} onFocus={onFocus} onMove={move} />
            );
          })}
        </div>
      </div>
      <Button
        onPress={() => {
          keepPlaces(known, new Map());
          known.clear();
          setKnown(new Map());
        }}
      >
        Lay out anew
      </Button>
    </>
  );
}

function EdgeLine({
  edge,
  places,
}: {
  readonly edge: GraphEdge;
  readonly places: ReadonlyMap<string, NodePlace>;
}): ReactNode {
  const from = places.get(edge.from);
  const to = places.get(edge.to);
  if (from === undefined || to === undefined) {
    return null;
  }
  const { signals } = edge;
  const [x1, y1, x2, y2] = [from.x + NODE_WIDTH, from.y + NODE_HEIGHT / 2, to.x, to.y + NODE_HEIGHT / 2];
  const bend = Math.max(40, Math.abs(x2 - x1) / 2);
  const look =
    signals === null ? "declared" : signals.errorPercent >= 5 ? "failing" : signals.errorPercent >= 1 ? "degraded" : "";
  const thick = signals === null ? 1 : Math.min(6, 1.5 + Math.log10(1 + signals.perSecond));
  return (
    <>
      <path
        className={`wire ${look}`}
        strokeWidth={thick}
        d={`M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`}
      />
      {signals !== null && signals.errorPercent >= 1 ? (
        <text className="wire-text" x={(x1 + x2) / 2} y={(y1 + y2) / 2 - 4}>
          {percentText(signals.errorPercent)} errors
        </text>
      ) : null}
    </>
  );
}

interface NodeBoxProps {
  readonly node: GraphNode;
  readonly place: NodePlace;
  readonly onFocus: (id: string) => void;
  readonly onMove: (event: KeyboardEvent, id: string) => void;
}

function NodeBox({ node, place, onFocus, onMove }: NodeBoxProps): ReactNode {
  const [, go] = useLocation();
  const { id, name, namespace, kind, state, signals, versions } = node;
  const path = nodePath(node);
  const figures =
    signals === null
      ? kind === "class"
        ? "callers"
        : kind
      : `${rateText(signals.perSecond)}, ${percentText(signals.errorPercent)} errors`;
  const press = (event: KeyboardEvent): void => {
    if (event.key === "f") {
      event.preventDefault();
      onFocus(id);
    } else {
      onMove(event, id);
    }
  };
  return (
    <button
      type="button"
      data-node={id}
      className={`node ${state ?? ""}`}
      style={{ left: place.x, top: place.y, width: NODE_WIDTH, height: NODE_HEIGHT }}
      onKeyDown={press}
      onClick={() => (path === null ? onFocus(id) : go(path))}
    >
      <strong>
        <span aria-hidden="true">{state === null ? "" : `${healthSigns[state]} `}</span>
        {name}
        <span className="hidden">
          , {kind}, {state ?? "no state"},
        </span>
      </strong>
      <span>{figures}</span>
      <span className="quiet">
        {versions.length > 1 ? versions.map((one) => one.name).join(" | ") : (namespace ?? "")}
      </span>
    </button>
  );
}
