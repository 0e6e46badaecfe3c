// The routes of an API of Anypoint → HTTPRoutes and Services. There a path is an expression whose group is what the
// service is asked for, behind the destination path; here the beginning of a path is taken off and another put in its
// place.
import { httpMethods, httpRouteMatchSchema } from "../../model/document/gateway-api/http-route-match.ts";
import { hostnameSchema } from "../../model/document/field/hostname.ts";
import { refusalOf } from "../source/judge-document.ts";
import type { PlainDocument } from "../source/import-note.ts";
import { labelName } from "../source/source-documents.ts";
import type { Field } from "../source/source-field.ts";
import type { AnypointApi, Made } from "./api.ts";

type Filter = Readonly<Record<string, unknown>>;

interface RouteRule {
  readonly hostname: string | null;
  readonly matches: readonly Filter[];
  readonly filters: readonly Filter[];
  readonly backendRefs: readonly Filter[];
}

const GATEWAY_API = "gateway.networking.k8s.io/v1";

/** The Services of an API, made. */
export function servicesOf(api: AnypointApi, { documents, names }: Made): ReadonlyMap<Field, string> {
  const made = new Map<Field, string>();
  for (const { address, name } of api.routes.flatMap(({ upstreams }) => upstreams)) {
    if (made.has(address)) {
      continue;
    }
    const url = endpointOf(address);
    if (url === null) {
      continue;
    }
    const called = names.take("Service", api.namespace, name);
    made.set(address, called);
    documents.push({
      apiVersion: "selvage.dev/v1",
      kind: "Service",
      metadata: { name: called, namespace: api.namespace },
      spec: { endpoints: [{ url }] },
    });
  }
  return made;
}

function endpointOf(address: Field): string | null {
  const text = address.text() ?? "";
  if (!URL.canParse(text) || !/^https?:\/\//i.test(text)) {
    address.drop("A service is reached by http or https here: there is no endpoint of it");
    return null;
  }
  return text;
}

/** The rules of an API; every rule that cannot be said is told. */
export function rulesOf(api: AnypointApi, services: ReadonlyMap<Field, string>): RouteRule[] {
  const { base, hostname } = placeOf(api);
  return api.routes.flatMap((route) => {
    const backendRefs = route.upstreams.flatMap(({ address, weight }) => {
      const name = services.get(address);
      const share = route.upstreams.length > 1 ? { weight } : {};
      return name === undefined ? [] : [{ group: "selvage.dev", kind: "Service", name, ...share }];
    });
    if (backendRefs.length === 0) {
      return [];
    }
    const destination = trimmed(route.destinationPath?.text() ?? "");
    if (route.rules.length === 0) {
      const filters = base === destination ? [] : [rewriteTo(destination)];
      return [{ hostname, matches: [{ path: prefix(base) }], filters, backendRefs }];
    }
    return route.rules.flatMap((rule) => ruleOf(rule, { base, hostname, destination, backendRefs }));
  });
}

interface RuleContext extends Pick<RouteRule, "hostname" | "backendRefs"> {
  readonly base: string;
  readonly destination: string;
}

function ruleOf(rule: Field, { base, hostname, destination, backendRefs }: RuleContext): RouteRule[] {
  const path = pathOf(rule.at("path"), base, destination);
  if (path === null) {
    return [];
  }
  const host = rule.at("host").text();
  if (host !== null && refusalOf(hostnameSchema, host.toLowerCase()) !== null) {
    rule.at("host").drop("A host is a name here, with a wildcard as its first label at most: the rule is left out");
    return [];
  }
  const headers = rule
    .at("headers")
    .members()
    .flatMap(([name, value]) => {
      const text = value.text();
      return text === null ? [] : [{ name, type: "RegularExpression", value: text }];
    });
  const methods = methodsOf(rule.at("methods"));
  if (methods?.length === 0) {
    rule.at("methods").drop("None of the methods is known: the rule is left out");
    return [];
  }
  rule.tellRest({});
  const common = { path: path.match, ...(headers.length > 0 ? { headers } : {}) };
  const matches = methods === null ? [common] : methods.map((method) => Object.assign({ method }, common));
  const refusal = matches.map((match) => refusalOf(httpRouteMatchSchema, match)).find((one) => one !== null);
  if (refusal !== undefined && refusal !== null) {
    rule.drop(`${refusal}: the rule is left out`);
    return [];
  }
  const { filters } = path;
  // A prefix can only be replaced in a rule with one match.
  const groups = filters.length === 0 ? [matches] : matches.map((match) => [match]);
  return groups.map((group) => ({
    hostname: host?.toLowerCase() ?? hostname,
    matches: group,
    filters,
    backendRefs,
  }));
}

const GROUP = /^(.*?)(\(\/\.\*\)\??|\/\.\*|\(\.\*\))$/;
const PLAIN = /^(?:\/[A-Za-z0-9._~!&',;=:@%-]*)*$/;
/** What an expression writes for the sign itself. */
const ESCAPED = /\\([^A-Za-z0-9])/g;

function pathOf(field: Field, base: string, destination: string): { match: Filter; filters: Filter[] } | null {
  const text = field.text();
  if (text === null || text === "") {
    return { match: prefix(base), filters: base === destination ? [] : [rewriteTo(destination)] };
  }
  const pattern = text.replace(/^\^/, "").replace(/\$$/, "");
  const [, head = "", tail = ""] = GROUP.exec(pattern) ?? [];
  const plain = (GROUP.test(pattern) ? head : pattern).replaceAll(ESCAPED, "$1").replace(/\/$/, "");
  const hasSigns = !PLAIN.test(plain);
  if (!hasSigns && tail !== "") {
    if (tail !== "(/.*)?" && plain !== "") {
      field.change(`${plain} and what is below it match here; elsewhere ${text} decided itself where the name ends`);
    }
    const kept = tail.startsWith("(") ? destination : destination + plain;
    const from = base + plain;
    return { match: prefix(from), filters: from === kept ? [] : [rewriteTo(kept)] };
  }
  if (!hasSigns) {
    const kept = destination + plain;
    const full = { type: "ReplaceFullPath", replaceFullPath: kept || "/" };
    const filters = base === destination ? [] : [{ type: "URLRewrite", urlRewrite: { path: full } }];
    return { match: { type: "Exact", value: `${base}${plain}` || "/" }, filters };
  }
  if (base === "" && destination === "" && !/\((?!\?:)/.test(pattern)) {
    return { match: { type: "RegularExpression", value: pattern }, filters: [] };
  }
  field.drop("What its groups catch cannot be put into another path here: the rule is left out");
  return null;
}

const METHODS: ReadonlySet<string> = new Set(httpMethods);

/** Null = every one. A list, or an expression of alternatives. */
function methodsOf(field: Field): string[] | null {
  if (!field.present) {
    return null;
  }
  const text = field.text();
  const names =
    text === null ? field.items().flatMap((entry) => entry.text() ?? []) : text.replace(/[()^$]/g, "").split("|");
  if (text === ".*") {
    return null;
  }
  return names.map((name) => name.trim().toUpperCase()).filter((name) => METHODS.has(name));
}

const prefix = (path: string): Filter => ({ type: "PathPrefix", value: path || "/" });

function rewriteTo(path: string): Filter {
  return { type: "URLRewrite", urlRewrite: { path: { type: "ReplacePrefixMatch", replacePrefixMatch: path || "/" } } };
}

const trimmed = (path: string): string => (path === "" ? "" : `/${path.replace(/^\/+|\/+$/g, "")}`).replace(/^\/$/, "");

/** Where callers find the API: hosts without a name stand for all of them. */
function placeOf({ address }: AnypointApi): { readonly base: string; readonly hostname: string | null } {
  const text = address.text();
  if (text === null || !URL.canParse(text)) {
    return { base: "", hostname: null };
  }
  const { hostname, port, pathname } = new URL(text);
  const isName = refusalOf(hostnameSchema, hostname) === null && hostname.includes(".") && !/^[\d.]+$/.test(hostname);
  if (port !== "" && !isName) {
    address.change(
      `The port ${port} tells APIs apart there; here hostnames and paths do: add hostnames where they would collide`,
    );
  }
  return { base: trimmed(pathname), hostname: isName ? hostname : null };
}

/** An HTTPRoute for each host, with the filters of policies in every rule. */
export function routeDocuments(
  api: AnypointApi,
  rules: readonly RouteRule[],
  filters: readonly Filter[],
  { documents, names }: Made,
): string[] {
  return [...Map.groupBy(rules, ({ hostname }) => hostname)].map(([hostname, some]) => {
    const name = names.take("HTTPRoute", api.namespace, labelName(api.name));
    const document: PlainDocument = {
      apiVersion: GATEWAY_API,
      kind: "HTTPRoute",
      metadata: { name, namespace: api.namespace },
      spec: {
        ...(hostname === null ? {} : { hostnames: [hostname] }),
        rules: some.map((rule) => {
          const all = merged([...filters, ...rule.filters]);
          return { matches: rule.matches, ...(all.length > 0 ? { filters: all } : {}), backendRefs: rule.backendRefs };
        }),
      },
    };
    documents.push(document);
    return name;
  });
}

/** A rule has one filter of each type: modifiers of several policies become one. */
function merged(filters: readonly Filter[]): Filter[] {
  const byType = new Map<unknown, Filter>();
  for (const filter of filters) {
    const { type } = filter;
    const member = type === "RequestHeaderModifier" ? "requestHeaderModifier" : "responseHeaderModifier";
    const before = byType.get(type);
    const isModifier = type === "RequestHeaderModifier" || type === "ResponseHeaderModifier";
    if (before === undefined) {
      byType.set(type, filter);
    } else if (isModifier) {
      byType.set(type, { type, [member]: joined(before[member], filter[member]) });
    }
  }
  return [...byType.values()];
}

function joined(one: unknown, other: unknown): object {
  const both = [one, other] as Readonly<Record<string, readonly unknown[]>>[];
  const lists = ["add", "set", "remove"].map(
    (list) => [list, both.flatMap((modifier) => modifier[list] ?? [])] as const,
  );
  return Object.fromEntries(lists.filter(([, entries]) => entries.length > 0));
}
