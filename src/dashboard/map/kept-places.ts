// Places of nodes, kept in this browser: the map looks tomorrow as it does today.
import type { NodePlace } from "./graph-layout.ts";

const KEY = "selvage-map";
const MOST = 2_000;

export function keptPlaces(): Map<string, NodePlace> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return new Map(Array.isArray(kept) ? kept.filter(isPlace) : []);
  } catch {
    return new Map();
  }
}

export function keepPlaces(known: Map<string, NodePlace>, places: ReadonlyMap<string, NodePlace>): void {
  let isNew = places.size === 0;
  for (const [id, place] of places) {
    isNew ||= !known.has(id);
    known.set(id, place);
  }
  if (isNew) {
    localStorage.setItem(KEY, JSON.stringify(places.size === 0 ? [] : [...known].slice(-MOST)));
  }
}

function isPlace(value: unknown): value is [string, NodePlace] {
  return (
    Array.isArray(value) && typeof value[0] === "string" && Number.isFinite(value[1]?.x) && Number.isFinite(value[1]?.y)
  );
}
