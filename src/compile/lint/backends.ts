// Rules that have nowhere to send: no backends and no redirect, or backends whose weights sum to 0. Both answer 500, as
// the Gateway API says, with a request that shows it.
import type { Finding } from "../../model/word/finding.ts";
import type { Filter, Rule } from "../../model/snapshot/snapshot.ts";
import type { CompiledRoutes } from "../route/routes.ts";
import { exampleMatching, exampleOf, tried, type Examples, type Spot } from "./example.ts";

/** Filters with which a rule needs no backend. */
const ANSWERS_ITSELF: ReadonlySet<Filter["type"]> = new Set(["RequestRedirect", "DirectResponse", "Unsupported"]);

export function lintBackends(examples: Examples, { routes, placements }: CompiledRoutes): Finding[] {
  const { router } = examples;
  const told = new Set<string>();
  return placements.flatMap(({ match, order, at }): Finding[] => {
    const rule = router.rules[match.rule];
    const document = routes[order[0]]?.route;
    const fault = rule === undefined ? null : nowhere(rule);
    const key = `${order[0]}/${order[1]}`;
    if (fault === null || document === undefined || told.has(key)) {
      return [];
    }
    told.add(key);
    const spot: Spot | undefined = "hostnames" in at ? { hostname: at.hostnames[0] ?? "*" } : at;
    const example = exampleMatching(examples, match, spot, match.method ?? "GET");
    const hits = example !== null && tried(examples, example.request)?.match?.rule === match.rule;
    const { namespace, name } = document.metadata;
    const base = { severity: "warning", ref: `HTTPRoute/${namespace}/${name}` } as const;
    const pointer = `/spec/rules/${order[1]}`;
    return [{ ...base, pointer, ...fault, ...(hits ? { example: exampleOf(examples, example) } : {}) }];
  });
}

function nowhere({ backends, filters }: Rule): Pick<Finding, "code" | "message" | "hint"> | null {
  if (filters.some(({ type }) => ANSWERS_ITSELF.has(type))) {
    return null;
  }
  if (backends.length === 0) {
    const message = "The rule has no backends and no filter that answers: its requests are answered 500";
    return { code: "SLV1308", message, hint: "Add backendRefs, or a RequestRedirect or DirectResponse filter." };
  }
  if (backends.some(({ weight }) => weight > 0)) {
    return null;
  }
  const message = "All backends of the rule have weight 0: its requests are answered 500";
  return { code: "SLV1302", message, hint: "Give at least one backend a weight above 0." };
}
