// Istio takes the first rule that matches, the Gateway API the most specific one. Where an earlier rule would lose
// requests to a later one, that is told: nothing in a route can put it right.
import type { HttpMatch } from "./http/http-match.ts";

interface OrderedRule {
  /** Place in the list of Istio's rules. */
  readonly index: number;
  readonly label: string;
  readonly matches: readonly HttpMatch[];
}

interface Overtaking {
  readonly earlier: OrderedRule;
  readonly later: OrderedRule;
  readonly because: string;
}

/** Each pair of rules of which the later one is tried first here, and takes requests that both match. */
export function overtakings(rules: readonly OrderedRule[]): Overtaking[] {
  return rules.flatMap((earlier, place) =>
    rules.slice(place + 1).flatMap((later): Overtaking[] => {
      if (later.index === earlier.index) {
        return [];
      }
      for (const first of earlier.matches) {
        for (const second of later.matches) {
          const because = wins(second, first);
          if (because !== null && overlap(first, second)) {
            return [{ earlier, later, because }];
          }
        }
      }
      return [];
    }),
  );
}

const RANK = { Exact: 2, RegularExpression: 1, PathPrefix: 0 } as const;

/** What makes the first of the two more specific; null when it is not. */
function wins(a: HttpMatch, b: HttpMatch): string | null {
  const [left, right] = [pathOf(a), pathOf(b)];
  const steps: readonly (readonly [number, string])[] = [
    [RANK[left.type] - RANK[right.type], `its path is ${NAMES[left.type]}, the other's ${NAMES[right.type]}`],
    [left.value.length - right.value.length, "its path is longer"],
    [Number(a.method !== undefined) - Number(b.method !== undefined), "it names a method"],
    [(a.headers?.length ?? 0) - (b.headers?.length ?? 0), "it has more header conditions"],
    [(a.queryParams?.length ?? 0) - (b.queryParams?.length ?? 0), "it has more query conditions"],
  ];
  const decisive = steps.find(([difference]) => difference !== 0);
  return decisive !== undefined && decisive[0] > 0 ? decisive[1] : null;
}

const NAMES = { Exact: "exact", RegularExpression: "a pattern", PathPrefix: "a prefix" } as const;

function pathOf({ path }: HttpMatch): NonNullable<HttpMatch["path"]> {
  if (path === undefined) {
    return { type: "PathPrefix", value: "/" };
  }
  if (path.type !== "PathPrefix" || path.value === "/") {
    return path;
  }
  return { type: path.type, value: path.value.replace(/\/$/, "") };
}

/** Could one request match both? Patterns are taken to overlap with everything. */
function overlap(a: HttpMatch, b: HttpMatch): boolean {
  if (a.method !== undefined && b.method !== undefined && a.method !== b.method) {
    return false;
  }
  const paths = [pathOf(a), pathOf(b)] as const;
  return pathsOverlap(...paths) && valuesOverlap(a.headers, b.headers) && valuesOverlap(a.queryParams, b.queryParams);
}

function pathsOverlap(a: NonNullable<HttpMatch["path"]>, b: NonNullable<HttpMatch["path"]>): boolean {
  if (a.type === "RegularExpression" || b.type === "RegularExpression") {
    return true;
  }
  if (a.type === "Exact" && b.type === "Exact") {
    return a.value === b.value;
  }
  if (a.type === "Exact") {
    return below(a.value, b.value);
  }
  if (b.type === "Exact") {
    return below(b.value, a.value);
  }
  return below(a.value, b.value) || below(b.value, a.value);
}

const below = (path: string, prefix: string): boolean =>
  prefix === "/" || path === prefix || path.startsWith(`${prefix}/`);

/** Two exact values of one name that differ exclude each other. */
function valuesOverlap(a: HttpMatch["headers"] = [], b: HttpMatch["headers"] = []): boolean {
  return a.every((one) =>
    b.every(
      (other) =>
        one.name.toLowerCase() !== other.name.toLowerCase() ||
        one.type !== "Exact" ||
        other.type !== "Exact" ||
        one.value === other.value,
    ),
  );
}
