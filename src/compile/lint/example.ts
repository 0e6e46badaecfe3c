// A request that a match was written for, as plain as it can be: what its conditions ask, and beyond that only names that
// occur nowhere in the mesh. Whoever else takes such a request takes all that the match could get.
import { canonicalPath } from "../../model/word/canonical-path.ts";
import { match as route, type RouteRequest } from "../../decide/route/match.ts";
import { sampleText } from "../../decide/route/regex-sample.ts";
import type { Finding } from "../../model/word/finding.ts";
import type { Router, RuleMatch, ServiceKey, ValueMatch } from "../../model/snapshot/snapshot.ts";

type Example = NonNullable<Finding["example"]>;

export interface ExampleRequest {
  readonly request: RouteRequest;
  /** The same as a user would send it. */
  readonly example: Example;
}

/** Where the match is tried: under one of its hostnames, or at a service. */
export type Spot =
  | { readonly hostname: string }
  | { readonly service: ServiceKey; readonly port: number | null; readonly consumer: string | null };

/** A host label and a path segment that the mesh does not use. */
export interface Fresh {
  readonly label: string;
  readonly segment: string;
}

export function freshNames(router: Router): Fresh {
  const labels = new Set(Object.keys(router.entries["*"] ?? {}).flatMap((hostname) => hostname.split(".")));
  for (const { hostname } of router.listeners) for (const label of hostname.split(".")) labels.add(label);
  const segments = new Set(router.matches.flatMap(({ path }) => path.value.split("/")));
  return { label: unused("any", labels), segment: unused("any", segments) };
}

function unused(name: string, used: ReadonlySet<string>): string {
  let candidate = name;
  for (let number = 1; used.has(candidate); number++) candidate = `${name}-${number}`;
  return candidate;
}

/** Null when a regular expression of the match shows no sample that a request can carry. */
export function exampleMatching(
  router: Router,
  match: RuleMatch,
  spot: Spot,
  fresh: Fresh,
  method: string,
): ExampleRequest | null {
  const path = pathFor(router, match, fresh);
  const headers = valuesFor(router, match.headers);
  const query = valuesFor(router, match.query);
  if (path === null || headers === null || query === null) return null;
  const listener = router.listeners[match.listener];
  const scheme = listener?.protocol === "HTTPS" ? "https" : "http";
  const host = "hostname" in spot ? hostFor(spot.hostname, fresh) : "mesh.example";
  const search = query.size === 0 ? "" : `?${new URLSearchParams([...query])}`;
  const prefix = "hostname" in spot ? "" : `/svc/${spot.service.split("/").toReversed().join(".")}`;
  return {
    request: {
      host,
      path,
      method,
      header: (name) => headers.get(name) ?? null,
      query: (name) => query.get(name) ?? null,
      entry: {
        gateway: listener?.gateway ?? null,
        port: "hostname" in spot ? listener?.port || null : spot.port,
        scheme,
      },
      service: "hostname" in spot ? null : spot.service,
      callerNamespace: "hostname" in spot ? null : spot.consumer,
    },
    example: {
      method,
      url: `${scheme}://${host}${prefix}${path}${search}`,
      ...(headers.size === 0 ? {} : { headers: Object.fromEntries(headers) }),
    },
  };
}

/**
 * The witness as a request to send. It names the Gateway, as a trusted proxy in front would, only where it would end up
 * elsewhere without: where another Gateway has a rule for it.
 */
export function exampleOf(router: Router, { request, example }: ExampleRequest): Example {
  const { gateway, port } = request.entry;
  if (gateway === null) return example;
  const anywhere = route(router, { ...request, entry: { ...request.entry, gateway: null, port: null } });
  if (anywhere.match?.rule === route(router, request).match?.rule) return example;
  const entry = { "selvage-entry": gateway, ...(port === null ? {} : { "x-forwarded-port": String(port) }) };
  return { ...example, headers: { ...example.headers, ...entry } };
}

function hostFor(hostname: string, { label }: Fresh): string {
  return hostname === "*" ? `${label}.example` : hostname.replace(/^\*/, label);
}

function pathFor(router: Router, { path }: RuleMatch, { segment }: Fresh): string | null {
  if (path.type === "RegularExpression") {
    const sample = sampleOf(router, path.program);
    const canonical = sample === null ? null : canonicalPath(sample);
    return canonical?.ok === true && canonical.matchPath === sample ? sample : null;
  }
  if (path.type === "Exact") return path.value;
  return path.value === "/" ? `/${segment}` : `${path.value}/${segment}`;
}

function valuesFor(router: Router, conditions: readonly ValueMatch[]): Map<string, string> | null {
  const values = new Map<string, string>();
  for (const condition of conditions) {
    const value = condition.type === "Exact" ? condition.value : sampleOf(router, condition.program);
    if (value === null || value !== value.trim()) return null;
    values.set(condition.name, value);
  }
  return values;
}

function sampleOf(router: Router, program: number): string | null {
  const compiled = router.programs[program];
  return compiled === undefined ? null : sampleText(compiled);
}
