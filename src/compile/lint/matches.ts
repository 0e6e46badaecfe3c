// Matches that others take requests from: the same match in two routes, matches that are never reached, hostnames whose
// requests belong to another listener. Every claim is tried: the example was routed by the compiled mesh itself.
import { intersect } from "../../decide/route/host.ts";
import { listens, scopeOf } from "../../decide/route/match.ts";
import type { Finding } from "../../model/word/finding.ts";
import { httpMethods } from "../../model/document/gateway-api/http-route-match.ts";
import type { Router, RuleMatch } from "../../model/snapshot/snapshot.ts";
import type { ValueMatch } from "../../model/snapshot/value-match.ts";
import type { Placement } from "../route/router.ts";
import type { CompiledRoutes } from "../route/routes.ts";
import { exampleMatching, exampleOf, tried, type ExampleRequest, type Examples, type Spot } from "./example.ts";
import { partsOfKey } from "../../model/word/refs.ts";

/** What became of a match's plainest request. */
type Outcome =
  | { readonly is: "reached" }
  | { readonly is: "unknown" }
  /** The listener does not own the host. */
  | { readonly is: "isolated"; readonly example: ExampleRequest }
  | {
      readonly is: "taken";
      readonly example: ExampleRequest;
      readonly shadowedBy: RuleMatch;
      readonly wholly: boolean;
    };

interface Probe {
  readonly spot: Spot;
  readonly listener: number;
  readonly result: Outcome;
}

/** Patterns that take every path or value; of others it is not known what they leave. */
const UNIVERSAL = new Set([".*", "^.*$", "^.*", ".*$", "(.*)", "/.*", "^/.*$", "^/.*", "/.*$", "/(.*)", ".+", "^.+$"]);

export function lintMatches(examples: Examples, { routes, placements }: CompiledRoutes): Finding[] {
  const groups = Map.groupBy(placements, ({ order }) => order.join());
  const findings = [...groups.values()].flatMap((group) => {
    const probes = group.flatMap(({ match, at }) =>
      spotsOf(at).map((spot) => ({ spot, listener: match.listener, result: tryOut(examples, match, spot) })),
    );
    const [first] = group;
    const document = first === undefined ? undefined : routes[first.order[0]]?.route;
    if (first === undefined || document === undefined) {
      return [];
    }
    const { namespace, name } = document.metadata;
    const ref = `HTTPRoute/${namespace}/${name}`;
    const pointer = `/spec/rules/${first.order[1]}/matches/${first.order[2]}`;
    const { hostnames } = document.spec;
    return judge(examples, first.match, probes, { ref, pointer, hostnames });
  });
  // A hostname is told once, not for each match below it.
  const told = new Set<string>();
  return findings.filter(({ ref, pointer, message }) => {
    const key = JSON.stringify([ref, pointer, message]);
    return !told.has(key) && told.add(key);
  });
}

function spotsOf(at: Placement["at"]): Spot[] {
  return "hostnames" in at ? at.hostnames.map((hostname) => ({ hostname })) : [at];
}

/** Tries the match at one spot, with every method if it names none. */
function tryOut(examples: Examples, match: RuleMatch, spot: Spot): Outcome {
  const { router } = examples;
  let taken: Outcome = { is: "unknown" };
  for (const method of match.method === null ? httpMethods : [match.method]) {
    const example = exampleMatching(examples, match, spot, method);
    if (example === null) {
      return { is: "unknown" };
    }
    const scope = match.listener === -1 ? null : scopeOf(router, example.request);
    if (scope !== null && !listens(router, match.listener, scope)) {
      return { is: "isolated", example };
    }
    const found = tried(examples, example.request);
    if (found === null || found.match === null) {
      return { is: "unknown" };
    }
    if (found.match.rule === match.rule) {
      return { is: "reached" };
    }
    const shadowedBy = found.match;
    const wholly = isPlain(match) && coversPath(shadowedBy) ? true : signature(shadowedBy) === signature(match);
    // The taker without a method of its own is the one to name.
    if (taken.is !== "taken" || (taken.shadowedBy.method !== null && shadowedBy.method === null)) {
      taken = { is: "taken", example, shadowedBy, wholly };
    }
    if (!wholly) {
      return { is: "taken", example, shadowedBy, wholly };
    }
  }
  return taken;
}

/** No regular expressions: the example stands for everything the match could get. */
function isPlain({ path, headers, query }: RuleMatch): boolean {
  return path.type !== "RegularExpression" && [...headers, ...query].every(({ type }) => type === "Exact");
}

function coversPath({ path }: RuleMatch): boolean {
  return path.type !== "RegularExpression" || UNIVERSAL.has(path.value);
}

/** Two matches with the same signature take the same requests. */
function signature({ path, method, headers, query }: Omit<RuleMatch, "rule" | "listener">): string {
  const values = (list: readonly ValueMatch[]): string[] =>
    list.map(({ name, type, value }) => JSON.stringify([name, type, value])).sort();
  return JSON.stringify([path.type, path.value, method, values(headers), values(query)]);
}

interface Subject {
  readonly ref: string;
  readonly pointer: string;
  readonly hostnames: readonly string[];
}

function judge(examples: Examples, match: RuleMatch, probes: readonly Probe[], subject: Subject): Finding[] {
  const conflicts = conflictsOf(examples, match, probes, subject);
  if (conflicts.length > 0) {
    return conflicts;
  }
  const isolated = isolations(examples, probes, subject);
  const elsewhere = probes.filter(({ result }) => result.is === "isolated").length;
  const taken = probes.flatMap(({ result }) => (result.is === "taken" ? [result] : []));
  const never = taken.every(({ wholly }) => wholly) && taken.length + elsewhere === probes.length;
  const [first] = taken;
  if (!never || first === undefined) {
    return isolated;
  }
  const owner = nameOf(examples.router, first.shadowedBy);
  const alone = taken.every(
    ({ shadowedBy }) => shadowedBy.rule === first.shadowedBy.rule && shadowedBy.method === match.method,
  );
  const message = `No request reaches this match: ${owner} ${alone ? "takes" : "and others take"} them all`;
  const hint = "Remove it, or make it more specific than the other.";
  const { ref, pointer } = subject;
  return [
    ...isolated,
    { severity: "warning", code: "SLV1305", ref, pointer, message, hint, example: exampleOf(examples, first.example) },
  ];
}

/** The same match in another route, once for each such rule. */
function conflictsOf(
  examples: Examples,
  match: RuleMatch,
  probes: readonly Probe[],
  { ref, pointer }: Subject,
): Finding[] {
  const { router } = examples;
  const own = router.rules[match.rule]?.route ?? "";
  const seen = new Set<string>();
  return probes.flatMap(({ result }): Finding[] => {
    if (result.is !== "taken" || signature(result.shadowedBy) !== signature(match)) {
      return [];
    }
    const theirs = router.rules[result.shadowedBy.rule]?.route ?? "";
    const owner = nameOf(router, result.shadowedBy);
    if (theirs === own || seen.has(owner)) {
      return [];
    }
    seen.add(owner);
    const between = partsOfKey(theirs).namespace !== partsOfKey(own).namespace;
    const example = exampleOf(examples, result.example);
    const message = `${owner} has the same match and comes first (the older route, then by name): it takes these requests`;
    const hint = between
      ? "Agree with the owners of the other namespace who serves this host and path."
      : "Remove one of the two, or tell them apart by host, path, method, header or query.";
    return [{ severity: "warning", code: between ? "SLV1304" : "SLV1303", ref, pointer, message, hint, example }];
  });
}

/**
 * Hostnames whose requests a more specific listener of the same Gateway and port owns, and the route is not attached to
 * that listener for them.
 */
function isolations(examples: Examples, probes: readonly Probe[], { ref, hostnames }: Subject): Finding[] {
  const { router } = examples;
  return probes.flatMap(({ spot, listener: at, result }): Finding[] => {
    if (result.is !== "isolated" || !("hostname" in spot)) {
      return [];
    }
    const listener = router.listeners[at];
    const served = probes.some(
      (other) =>
        other.result.is !== "isolated" &&
        router.listeners[other.listener]?.group === listener?.group &&
        "hostname" in other.spot &&
        intersect(other.spot.hostname, spot.hostname) !== null,
    );
    if (served) {
      return [];
    }
    const index = hostnames.indexOf(spot.hostname);
    const pointer = index === -1 ? "/spec/hostnames" : `/spec/hostnames/${index}`;
    const message = `Requests for ${spot.hostname} belong to a listener of Gateway ${listener?.gateway} that is more specific than "${listener?.name}"`;
    const hint = "Attach the route to that listener too (sectionName), or remove the hostname.";
    const example = exampleOf(examples, result.example);
    return [{ severity: "warning", code: "SLV1306", ref, pointer, message, hint, example }];
  });
}

function nameOf(router: Router, { rule }: RuleMatch): string {
  const found = router.rules[rule];
  return `rule ${found?.name} of HTTPRoute ${found?.route}`;
}
