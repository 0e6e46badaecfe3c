// Where the nodes of the map stand: callers left, called right. A node that has a place keeps it, whatever comes or
// goes; a new one stands in its column below what is there. All are laid out anew only when somebody asks.
import { graphlib, layout } from "@dagrejs/dagre";

export interface NodePlace {
  readonly x: number;
  readonly y: number;
}

interface Wire {
  readonly from: string;
  readonly to: string;
}

export const NODE_WIDTH = 190;
export const NODE_HEIGHT = 64;
const GAP = 24;

export function nodePlaces(
  ids: readonly string[],
  wires: readonly Wire[],
  known: ReadonlyMap<string, NodePlace>,
): ReadonlyMap<string, NodePlace> {
  const places = new Map(
    ids.flatMap((id): [string, NodePlace][] => {
      const place = known.get(id);
      return place === undefined ? [] : [[id, place]];
    }),
  );
  if (places.size === ids.length) {
    return places;
  }
  const fresh = laidOut(ids, wires);
  for (const id of ids) {
    const wanted = fresh.get(id);
    if (!places.has(id) && wanted !== undefined) {
      places.set(id, places.size === 0 || known.size === 0 ? wanted : freePlace(wanted, [...places.values()]));
    }
  }
  return places;
}

function laidOut(ids: readonly string[], wires: readonly Wire[]): ReadonlyMap<string, NodePlace> {
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir: "LR", nodesep: GAP, ranksep: 90, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const id of ids) {
    graph.setNode(id, { width: NODE_WIDTH, height: NODE_HEIGHT });
  }
  const named = new Set(ids);
  for (const { from, to } of wires) {
    if (named.has(from) && named.has(to) && from !== to) {
      graph.setEdge(from, to);
    }
  }
  layout(graph);
  return new Map(
    ids.map((id): [string, NodePlace] => {
      const { x, y } = graph.node(id);
      return [id, { x: Math.round(Number(x) - NODE_WIDTH / 2), y: Math.round(Number(y) - NODE_HEIGHT / 2) }];
    }),
  );
}

/** Down from where it is wanted, until it lies on nobody. */
function freePlace(wanted: NodePlace, taken: readonly NodePlace[]): NodePlace {
  let { y } = wanted;
  const near = taken.filter(({ x }) => Math.abs(x - wanted.x) < NODE_WIDTH).toSorted((a, b) => a.y - b.y);
  for (const other of near) {
    if (Math.abs(other.y - y) < NODE_HEIGHT) {
      y = other.y + NODE_HEIGHT + GAP;
    }
  }
  return { x: wanted.x, y };
}

/** The nearest node in a direction, for arrow keys; null = there is none. */
export function neighbour(from: string, key: string, places: ReadonlyMap<string, NodePlace>): string | null {
  const here = places.get(from);
  const ways: Readonly<Record<string, readonly [number, number]>> = {
    ArrowRight: [1, 0],
    ArrowLeft: [-1, 0],
    ArrowDown: [0, 1],
    ArrowUp: [0, -1],
  };
  const way = ways[key];
  if (here === undefined || way === undefined) {
    return null;
  }
  const ahead = [...places].flatMap(([id, { x, y }]) => {
    const along = (x - here.x) * way[0] + (y - here.y) * way[1];
    const aside = Math.abs((x - here.x) * way[1]) + Math.abs((y - here.y) * way[0]);
    return along > 0 ? [{ id, cost: along + 2 * aside }] : [];
  });
  return ahead.toSorted((a, b) => a.cost - b.cost)[0]?.id ?? null;
}
