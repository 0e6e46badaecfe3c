// Whose hostname it is, read literally: every claim is held against all that came before it. For meshes without
// ReferenceGrants, mesh domain and history.

export interface NaiveClaim {
  readonly hostname: string;
  readonly namespace: string;
  readonly author: string;
  /** `below`: a route at a listener that names a host claims nothing. */
  readonly place: "listener" | "open" | "below" | "built-in";
}

export interface Claims {
  readonly held: readonly (NaiveClaim & { readonly territory: string })[];
  readonly refused: readonly NaiveClaim[];
}

const covers = (wide: string, narrow: string): boolean =>
  wide === narrow || (wide.startsWith("*.") && `.${narrow}`.endsWith(wide.slice(1)) && narrow !== wide.slice(2));
const size = (hostname: string): number => (hostname.startsWith("*.") ? hostname.length : 1000 + hostname.length);
const isSame = (left: NaiveClaim, right: NaiveClaim): boolean => JSON.stringify(left) === JSON.stringify(right);

/** @param claims the oldest first */
export function settleNaively(claims: readonly NaiveClaim[]): Claims {
  let held: (NaiveClaim & { readonly territory: string })[] = [];
  const refused: NaiveClaim[] = [];
  const accepted: NaiveClaim[] = [];
  for (const claim of claims.filter(({ place }) => place !== "below")) {
    const around = held
      .filter(({ hostname }) => covers(hostname, claim.hostname))
      .toSorted((left, right) => size(right.hostname) - size(left.hostname));
    const [owner] = around;
    const above = around.find(({ place }) => place !== "open");
    const parties = new Set([claim.namespace, claim.author]);
    const isOurs = owner === undefined || parties.has(owner.territory);
    if (!isOurs || (claim.place === "built-in" && above?.place === "listener")) {
      // What one document has, others of its namespace have with it.
      if (!accepted.some((one) => isSame(one, claim))) {
        refused.push(claim);
      }
      continue;
    }
    accepted.push(claim);
    const same = held.find(({ hostname }) => hostname === claim.hostname);
    if (same !== undefined && claim.place === "listener") {
      held = held.filter((one) => one !== same);
    } else if (same !== undefined) {
      continue;
    }
    held.push({ ...claim, territory: owner?.territory ?? claim.author });
  }
  // A namespace's own Gateway serves what it names, whenever it came.
  for (const claim of claims.filter(({ place }) => place === "built-in")) {
    const listener = held.find(
      ({ place, namespace, hostname }) =>
        place === "listener" &&
        (namespace === claim.namespace || hostname === claim.hostname) &&
        covers(hostname, claim.hostname),
    );
    if (listener === undefined || refused.some((one) => isSame(one, claim))) {
      continue;
    }
    refused.push(claim);
    held = held.filter(({ hostname, place }) => hostname !== claim.hostname || place !== "built-in");
  }
  return { held, refused };
}

export function isRefused(claim: NaiveClaim, { held, refused }: Claims): boolean {
  if (claim.place !== "below") {
    return refused.some((one) => isSame(one, claim));
  }
  const [owner] = held
    .filter(({ hostname }) => covers(hostname, claim.hostname))
    .toSorted((left, right) => size(right.hostname) - size(left.hostname));
  return owner !== undefined && owner.territory !== claim.namespace && owner.territory !== claim.author;
}
