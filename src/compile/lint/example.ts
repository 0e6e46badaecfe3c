// A request that a match was written for, as plain as it can be: what its conditions ask, and beyond that only names
// that occur nowhere in the mesh. Whoever else takes such a request takes all that the match could get.
import { canonicalPath } from "../../model/word/canonical-path.ts";
import { match as route, type Matched, type RouteRequest, type Unmatched } from "../../decide/route/match.ts";
import type { Work } from "../../decide/route/regex-machine.ts";
import { sampleText } from "../../decide/route/regex-sample.ts";
import type { Finding } from "../../model/word/finding.ts";
import type { Router, RuleMatch, ServiceKey } from "../../model/snapshot/snapshot.ts";
import type { ValueMatch } from "../../model/snapshot/value-match.ts";
import { partsOfKey, servicePath } from "../../model/word/refs.ts";

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

/** What examples are made of and tried with. */
export interface Examples {
  readonly router: Router;
  /** A host label and a path segment that the mesh does not use. */
  readonly label: string;
  readonly segment: string;
  /** A text for each program that was asked for. */
  readonly samples: Map<number, string | null>;
  /** For all examples together. */
  readonly work: Work;
}

/** Units of `Work`, about 12 ns each: for all examples of a compilation, and for one of them. */
const MOST_WORK = 20_000_000;
const WORK_OF_ONE = 4000;

export function newExamples(router: Router): Examples {
  const labels = new Set(Object.keys(router.entries["*"] ?? {}).flatMap((hostname) => hostname.split(".")));
  for (const { hostname } of router.listeners) {
    for (const label of hostname.split(".")) {
      labels.add(label);
    }
  }
  const segments = new Set(router.matches.flatMap(({ path }) => path.value.split("/")));
  const names = { label: unused("any", labels), segment: unused("any", segments) };
  return { router, ...names, samples: new Map(), work: { left: MOST_WORK } };
}

function unused(name: string, used: ReadonlySet<string>): string {
  let candidate = name;
  for (let number = 1; used.has(candidate); number++) {
    candidate = `${name}-${number}`;
  }
  return candidate;
}

/**
 * Who answers, told by the compiled mesh itself; null = it takes too much trying to say, as where a host has hundreds
 * of patterns: then nothing is said of it, and no write waits for it.
 */
export function tried({ router, work }: Examples, request: RouteRequest): Matched | Unmatched | null {
  if (work.left < 0) {
    return null;
  }
  const own = { left: WORK_OF_ONE };
  const found = route(router, { ...request, work: own });
  work.left -= WORK_OF_ONE - own.left;
  return own.left < 0 ? null : found;
}

/** Null when a regular expression of the match shows no sample that a request can carry. */
export function exampleMatching(
  examples: Examples,
  match: RuleMatch,
  spot: Spot,
  method: string,
): ExampleRequest | null {
  const { router } = examples;
  const path = pathFor(examples, match);
  const headers = valuesFor(examples, match.headers);
  const query = valuesFor(examples, match.query);
  if (path === null || headers === null || query === null) {
    return null;
  }
  const listener = router.listeners[match.listener];
  const scheme = listener?.protocol === "HTTPS" ? "https" : "http";
  const host = "hostname" in spot ? hostFor(spot.hostname, examples) : "mesh.example";
  const search = query.size === 0 ? "" : `?${new URLSearchParams([...query])}`;
  const prefix = "hostname" in spot ? "" : servicePath(partsOfKey(spot.service));
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
 * The example as a request to send. It names the Gateway, as a trusted proxy in front would, only where it would end up
 * elsewhere without: where another Gateway has a rule for it.
 */
export function exampleOf(examples: Examples, { request, example }: ExampleRequest): Example {
  const { gateway, port } = request.entry;
  if (gateway === null) {
    return example;
  }
  const anywhere = tried(examples, { ...request, entry: { ...request.entry, gateway: null, port: null } });
  if (anywhere !== null && anywhere.match?.rule === tried(examples, request)?.match?.rule) {
    return example;
  }
  const entry = { "selvage-entry": gateway, ...(port === null ? {} : { "x-forwarded-port": String(port) }) };
  return { ...example, headers: { ...example.headers, ...entry } };
}

function hostFor(hostname: string, { label }: Examples): string {
  return hostname === "*" ? `${label}.example` : hostname.replace(/^\*/, label);
}

function pathFor(examples: Examples, { path }: RuleMatch): string | null {
  const { segment } = examples;
  if (path.type === "RegularExpression") {
    const sample = sampleOf(examples, path.program);
    const canonical = sample === null ? null : canonicalPath(sample);
    return canonical?.ok === true && canonical.matchPath === sample ? sample : null;
  }
  if (path.type === "Exact") {
    return path.value;
  }
  return path.value === "/" ? `/${segment}` : `${path.value}/${segment}`;
}

function valuesFor(examples: Examples, conditions: readonly ValueMatch[]): Map<string, string> | null {
  const values = new Map<string, string>();
  for (const condition of conditions) {
    const value = condition.type === "Exact" ? condition.value : sampleOf(examples, condition.program);
    if (value === null || value !== value.trim()) {
      return null;
    }
    values.set(condition.name, value);
  }
  return values;
}

function sampleOf({ router, samples }: Examples, program: number): string | null {
  const known = samples.get(program);
  if (known !== undefined) {
    return known;
  }
  const compiled = router.programs[program];
  const sample = compiled === undefined ? null : sampleText(compiled);
  samples.set(program, sample);
  return sample;
}
