// What a 404 can point at: the listeners there are, and the routes nearest to the path that was asked for. Walks the
// index along the path instead of reading every route, so that a flood of unknown paths stays cheap.
import type { HostIndex, PathIndex, PrefixNode, Router } from "../../model/snapshot/snapshot.ts";
import { wider } from "./host.ts";

interface NearRoute {
  /** `"<namespace>/<name>"` of the HTTPRoute. */
  readonly route: string;
  readonly rule: string;
  readonly host: string;
  readonly path: string;
  readonly type: string;
  /** null = any. */
  readonly method: string | null;
}

interface NearRoutes {
  readonly listeners: readonly { readonly gateway: string; readonly name: string; readonly hostname: string }[];
  readonly routes: readonly NearRoute[];
}

const MOST = 5;

/** At most five of each; routes of the most specific hostname and the longest common path first. */
export function nearRoutes(router: Router, host: string, path: string): NearRoutes {
  const listeners = router.listeners.slice(0, MOST).map(({ gateway, name, hostname }) => ({ gateway, name, hostname }));
  const hosts = router.entries["*"] ?? {};
  const routes: NearRoute[] = [];
  const seen = new Set<number>();
  for (const pattern of hostsToLookAt(hosts, host)) {
    const index = hosts[pattern];
    if (index === undefined) {
      continue;
    }
    for (const at of nearCandidates(index, path)) {
      const match = router.matches[at];
      const rule = match === undefined ? undefined : router.rules[match.rule];
      if (match === undefined || rule === undefined || seen.has(match.rule)) {
        continue;
      }
      if (routes.length === MOST) {
        return { listeners, routes };
      }
      seen.add(match.rule);
      const { type, value } = match.path;
      routes.push({ route: rule.route, rule: rule.name, host: pattern, path: value, type, method: match.method });
    }
  }
  return { listeners, routes };
}

/** The host's own patterns; when there are none, the first few of the mesh. */
function hostsToLookAt(hosts: HostIndex, host: string): string[] {
  const own: string[] = [];
  for (let pattern: string | null = host; pattern !== null; pattern = wider(pattern)) {
    if (Object.hasOwn(hosts, pattern)) {
      own.push(pattern);
    }
  }
  return own.length > 0 ? own : Object.keys(hosts).slice(0, MOST);
}

/** Indexes into `matches`, the nearest first: the same exact path, then up the tree from where the path leaves it. */
export function nearCandidates(index: PathIndex, path: string): number[] {
  const trail: PrefixNode[] = [index.prefix];
  let node: PrefixNode | undefined = index.prefix;
  for (const segment of path.split("/").slice(1)) {
    node = node.next[`/${segment}`];
    if (node === undefined) {
      break;
    }
    trail.push(node);
  }
  const found = [...(index.exact[path] ?? [])];
  for (const step of trail.toReversed()) {
    found.push(...step.here.slice(0, MOST));
    for (const child of Object.values(step.next).slice(0, MOST)) {
      found.push(...child.here.slice(0, MOST));
    }
    if (found.length >= 4 * MOST) {
      return found;
    }
  }
  for (const list of Object.values(index.exact).slice(0, MOST)) {
    found.push(...list.slice(0, 1));
  }
  return [...found, ...index.regex.slice(0, MOST)];
}
