// One HTTPMatchRequest of Istio → matches of an HTTPRoute rule. A match with a condition that cannot be said is left
// out whole: without the condition it would take requests it never took.
import { httpRouteMatchSchema } from "../../../model/document/gateway-api/http-route-match.ts";
import { refusalOf } from "../../source/judge-document.ts";
import { literally, patternOf, valueMatch, type StringValueMatch } from "../../source/string-match.ts";
import type { Field } from "../../source/source-field.ts";

export interface PathMatch {
  readonly type: "Exact" | "PathPrefix" | "RegularExpression";
  readonly value: string;
}

export interface HttpMatch {
  readonly path?: PathMatch;
  readonly method?: string;
  readonly headers?: readonly ({ readonly name: string } & StringValueMatch)[];
  readonly queryParams?: readonly ({ readonly name: string } & StringValueMatch)[];
}

export interface IstioMatch {
  /** The same conditions; more than one where methods are alternatives. */
  readonly matches: readonly HttpMatch[];
  /** The prefix as Istio compares it, a text; null for other paths. */
  readonly prefix: string | null;
  /** Only under these gateways; null = all of the VirtualService's. */
  readonly gateways: readonly string[] | null;
}

const REFUSED: Readonly<Record<string, string>> = {
  withoutHeaders: "A route cannot ask for a header to be absent or different",
  sourceLabels: "A route does not know the labels of the caller's workload",
  sourceNamespace: "A route cannot be bound to the caller's namespace",
  authority: "A match cannot compare the host; that is what hostnames of a route are for",
  scheme: "A match cannot compare the scheme",
  port: "A match cannot compare the port; a parentRef of an HTTPRoute can name one",
};

/** Conditions, and the two names that are none. */
const SAID = new Set(["uri", "ignoreUriCase", "method", "headers", "queryParams", "gateways", "name", "statPrefix"]);

/**
 * Null when the match cannot be said, which is then told.
 *
 * @param isRefusing the rule is there to keep requests away: it may not take fewer than in Istio
 */
export function translateMatch(field: Field, isRefusing: boolean): IstioMatch | null {
  for (const name of ["name", "statPrefix"]) {
    if (field.at(name).present) {
      field.at(name).drop("It names the match in metrics of Envoy; nothing here does");
    }
  }
  const gateways = field.at("gateways").present
    ? field
        .at("gateways")
        .items()
        .flatMap((entry) => entry.text() ?? [])
    : null;
  const unsayable = field.members().filter(([name, condition]) => !SAID.has(name) && says(condition));
  if (unsayable.length > 0) {
    for (const [name, condition] of unsayable) {
      condition.drop(`${REFUSED[name] ?? `Nothing here corresponds to ${name}`}, so the match is left out`);
    }
    field.take();
    return null;
  }
  const path = translatePath(field.at("uri"), field.at("ignoreUriCase").flag() === true, isRefusing);
  const methods = translateMethod(field.at("method"));
  const headers = translateValues(field.at("headers"));
  const queryParams = translateValues(field.at("queryParams"));
  if (path === null || methods === null || headers === null || queryParams === null) {
    return refuse(field);
  }
  const shared = {
    ...(headers.length > 0 ? { headers } : {}),
    ...(queryParams.length > 0 ? { queryParams } : {}),
  };
  const matches = path.matches.flatMap((match) =>
    methods.map((method) =>
      Object.assign(match === null ? {} : { path: match }, shared, method === null ? {} : { method }),
    ),
  );
  const refusal = matches.map((match) => refusalOf(httpRouteMatchSchema, match)).find((found) => found !== null);
  if (refusal !== undefined) {
    field.drop(`${refusal}: the match is left out`);
    return null;
  }
  return { matches, prefix: path.prefix, gateways };
}

/** Empty conditions hold for every request. */
function says({ present, value }: Field): boolean {
  return present && (typeof value !== "object" || value === null || Object.keys(value).length > 0);
}

function refuse(field: Field): null {
  field.drop("The match has a condition that cannot be said here, so it is left out");
  return null;
}

interface Path {
  /** One of them; null = every path. */
  readonly matches: readonly (PathMatch | null)[];
  readonly prefix: string | null;
}

function translatePath(uri: Field, anyCase: boolean, isRefusing: boolean): Path | null {
  if (!uri.present) {
    return { matches: [null], prefix: "/" };
  }
  const [exact, prefix, regex] = ["exact", "prefix", "regex"].map((name) => uri.at(name));
  const whole = exact?.text() ?? null;
  const start = prefix?.text() ?? null;
  const text = whole ?? start;
  if (text !== null && anyCase) {
    uri.change("Letters of either case are matched by a pattern, which ranks after exact paths and before prefixes");
    const value = `(?i)${literally(text)}${whole === null ? ".*" : ""}`;
    return { matches: [{ type: "RegularExpression", value }], prefix: null };
  }
  if (whole !== null) {
    return { matches: [{ type: "Exact", value: whole }], prefix: null };
  }
  if (start !== null) {
    return translatePrefix(prefix ?? uri, start, isRefusing);
  }
  if (regex?.present !== true) {
    return null;
  }
  const pattern = patternOf(regex);
  return pattern === null ? null : { matches: [{ type: "RegularExpression", value: pattern }], prefix: null };
}

/** Istio compares prefixes as texts, the Gateway API by whole segments. */
function translatePrefix(field: Field, text: string, isRefusing: boolean): Path {
  const value = text.startsWith("/") ? text : `/${text}`;
  const match: PathMatch = { type: "PathPrefix", value };
  if (value.length > 1 && value.endsWith("/")) {
    const bare = value.slice(0, -1);
    field.change(`A prefix is whole segments here: ${bare} itself matches as well, which does not start with ${text}`);
  } else if (value !== "/" && isRefusing) {
    field.change(`A prefix is whole segments here: a pattern beside it refuses ${value}x as well`);
    const longer: PathMatch = { type: "RegularExpression", value: `${literally(value)}[^/].*` };
    return { matches: [match, longer], prefix: value };
  } else if (value !== "/") {
    field.change(`A prefix is whole segments here: ${value} and ${value}/… match, ${value}x no longer does`);
  }
  return { matches: [match], prefix: value };
}

/** `[null]` = any. A pattern that lists methods becomes one match for each. */
function translateMethod(field: Field): readonly (string | null)[] | null {
  if (!field.present) {
    return [null];
  }
  const exact = field.at("exact").text();
  if (exact !== null) {
    return [exact];
  }
  const regex = field.at("regex");
  const listed = /^\^?\(?([A-Z]+(?:\|[A-Z]+)*)\)?\$?$/.exec(typeof regex.value === "string" ? regex.value : "")?.[1];
  if (listed === undefined) {
    return null;
  }
  regex.take();
  return listed.split("|");
}

function translateValues(field: Field): ({ readonly name: string } & StringValueMatch)[] | null {
  const values: ({ readonly name: string } & StringValueMatch)[] = [];
  for (const [name, entry] of field.members()) {
    const match = name.startsWith(":") ? null : valueMatch(entry);
    if (match === null) {
      return null;
    }
    values.push({ name, type: match.type, value: match.value });
  }
  return values;
}
