// Rendezvous hashing (highest random weight): every key has its own order of the endpoints, so one that goes takes only
// its own keys along, and one that comes takes only its share. No table to build or to keep.

/** `score = −weight / ln(u)`, u from the hash of key and endpoint: shares follow the weights. */
export function rendezvous<One extends { readonly id: string; readonly weight: number }>(
  candidates: readonly One[],
  key: string,
): One | null {
  let best: One | null = null;
  let highest = Number.NEGATIVE_INFINITY;
  for (const candidate of candidates) {
    const score = -candidate.weight / Math.log(unit(`${candidate.id}\n${key}`));
    // Equal scores, as of a key that hashes alike, go by name: the same for every isolate and order of the list.
    if (score < highest || (score === highest && best !== null && best.id <= candidate.id)) {
      continue;
    }
    best = candidate;
    highest = score;
  }
  return best;
}

/** FNV-1a, mixed by the last steps of MurmurHash3, to (0, 1). */
export function unit(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (((hash ^ (hash >>> 16)) >>> 0) + 0.5) / 2 ** 32;
}
