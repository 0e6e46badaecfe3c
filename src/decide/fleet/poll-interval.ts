// How long isolates wait between two questions to the mesh object: as often as the object can bear, so that a change is
// everywhere soon, and never so seldom that an isolate would have to ask before it decides (2 s, see freshness.ts).

const SHORTEST_MS = 500;
const LONGEST_MS = 1800;
/** An object serves about 1000 calls a second; half of them are left for everything else. */
const POLLS_PER_SECOND = 500;

/**
 * Milliseconds until the next question, for so many isolates asking. Up to 900 isolates the object gets at most 500
 * questions a second; beyond, freshness comes first and the rate grows with their number.
 */
export function pollInterval(isolates: number): number {
  const spread = Math.ceil((isolates * 1000) / POLLS_PER_SECOND);
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, spread));
}
