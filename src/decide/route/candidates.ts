// What of a match does not depend on headers and query: the rules that host, path, method and scheme leave to choose
// from, in the order in which they are tried. It may be remembered; the conditions are looked at each time.
import type { PrefixNode, Router, RuleMatch } from "../../model/snapshot/snapshot.ts";
import {
  conditionsHold,
  hostsOf,
  listens,
  type Matched,
  type RouteRequest,
  type Host,
  type Scope,
  type Unmatched,
} from "./match.ts";

/** One rule that answers if its conditions hold. */
export interface Candidate extends Matched {
  /** It has no conditions. */
  readonly isCertain: boolean;
}

type AskedPlainly = Pick<RouteRequest, "host" | "path" | "method" | "entry">;

/** More than these are not remembered. */
const MOST = 32;
const NONE: readonly number[] = [];
const NO_ROUTE: Unmatched = { match: null, rule: null, direct: false };

/**
 * Of a request that addresses no service and of which it is not known at which Gateway it came in.
 *
 * @returns null = regular expressions, or very many rules: each request is matched as a whole
 */
export function candidatesOf(router: Router, asked: AskedPlainly): readonly Candidate[] | null {
  const found: Candidate[] = [];
  if (!asked.path.startsWith("/")) {
    return found;
  }
  for (const host of hostsOf(router, asked)) {
    if (host.index.regex.length > 0 || !collect(router, host, asked, found)) {
      return null;
    }
    // What stands behind a rule without conditions is never asked.
    if (found.at(-1)?.isCertain === true) {
      return found;
    }
  }
  return found;
}

/** The first whose conditions hold. */
export function firstOf(router: Router, candidates: readonly Candidate[], request: RouteRequest): Matched | Unmatched {
  const { work } = request;
  for (const candidate of candidates) {
    if (work !== undefined && --work.left < 0) {
      return NO_ROUTE;
    }
    if (candidate.isCertain || conditionsHold(router, candidate.match, request)) {
      return candidate;
    }
  }
  return NO_ROUTE;
}

/** @returns false = too many */
function collect(router: Router, host: Host, asked: AskedPlainly, found: Candidate[]): boolean {
  const exact = host.index.exact[asked.path] ?? NONE;
  for (const list of [exact, ...prefixes(host.index.prefix, asked.path)]) {
    for (const at of list) {
      const match = router.matches[at];
      const rule = match === undefined ? undefined : router.rules[match.rule];
      if (match === undefined || rule === undefined || !fits(router, match, asked, host.within)) {
        continue;
      }
      const isCertain = match.headers.length === 0 && match.query.length === 0;
      found.push({ match, rule, host: host.pattern, isCertain });
      if (isCertain) {
        return true;
      }
      if (found.length > MOST) {
        return false;
      }
    }
  }
  return true;
}

function fits(router: Router, match: RuleMatch, { method }: AskedPlainly, scope: Scope): boolean {
  return (match.method === null || match.method === method) && listens(router, match.listener, scope);
}

/** The lists of the path's prefixes, the longest first. */
function prefixes(root: PrefixNode, path: string): readonly (readonly number[])[] {
  const lists = [root.here];
  let node: PrefixNode | undefined = root;
  for (let from = 0; from < path.length && node !== undefined;) {
    const end = path.indexOf("/", from + 1);
    const to = end === -1 ? path.length : end;
    node = node.next[path.slice(from, to)];
    if (node !== undefined) {
      lists.push(node.here);
    }
    from = to;
  }
  return lists.toReversed();
}
