// Parts of an HTTPRoute rule of Istio that become filters: headers, CORS, mirrors, redirect and rewrite. A filter that
// cannot be said whole is said in part where that is harmless, and told.
import { isReserved } from "../../decide/header/headers.ts";
import { httpRouteFilterSchema } from "../../model/document/gateway-api/http-route-filter.ts";
import { parseDuration } from "../../model/document/field/duration.ts";
import { refusalOf } from "../source/judge-document.ts";
import type { PathMatch } from "./http/http-match.ts";
import { originsOf } from "./http/origins.ts";
import { translateDestination, type DestinationBackend } from "./destination.ts";
import type { IstioDocuments } from "./documents.ts";
import type { Field } from "../source/source-field.ts";

export type RouteFilter = Readonly<Record<string, unknown>>;

/** The filter when the mesh takes it, else a note and none. */
function checked(field: Field, filter: RouteFilter): RouteFilter[] {
  const refusal = refusalOf(httpRouteFilterSchema, filter);
  if (refusal === null) {
    return [filter];
  }
  field.drop(refusal);
  return [];
}

/** `headers.request` and `headers.response`, of a rule or of one destination. */
export function headerFilters(headers: Field): RouteFilter[] {
  const sides = [
    ["request", "RequestHeaderModifier", "requestHeaderModifier"],
    ["response", "ResponseHeaderModifier", "responseHeaderModifier"],
  ] as const;
  return sides.flatMap(([side, type, key]) => {
    const field = headers.at(side);
    const [set, add] = [field.at("set"), field.at("add")].map((pairs) =>
      pairs.members().flatMap(([name, value]) => pairOf(name, value)),
    );
    const remove = field
      .at("remove")
      .items()
      .flatMap((entry) => nameOf(entry) ?? []);
    const modifier = {
      ...(set !== undefined && set.length > 0 ? { set } : {}),
      ...(add !== undefined && add.length > 0 ? { add } : {}),
      ...(remove.length > 0 ? { remove } : {}),
    };
    return Object.keys(modifier).length === 0 ? [] : checked(field, { type, [key]: modifier });
  });
}

const RESERVED = "The mesh writes this header itself and lets no route change it";

function pairOf(name: string, field: Field): { name: string; value: string }[] {
  const value = field.text();
  if (value === null) {
    return [];
  }
  if (name.startsWith(":") || name.toLowerCase() === "host") {
    field.drop("The host that a service sees is written by rewrite.authority (URLRewrite), not by a header");
  } else if (isReserved(name.toLowerCase())) {
    field.drop(RESERVED);
  } else {
    const text = literalOf(value);
    if (text !== null) {
      return [{ name, value: text }];
    }
    field.drop("Variables of Envoy's access log are not filled in here; the text itself would be sent");
  }
  return [];
}

/** Envoy writes a percent sign as two; what stands between two single ones is a variable. Null = there is one. */
function literalOf(value: string): string | null {
  const isFilled = /%[A-Z_]+(\([^)]*\))?(:\d+)?%/.test(value.replaceAll("%%", ""));
  return isFilled ? null : value.replaceAll("%%", "%");
}

function nameOf(field: Field): string | null {
  const name = field.text();
  if (name === null || !isReserved(name.toLowerCase())) {
    return name;
  }
  field.drop(RESERVED);
  return null;
}

export function corsFilter(field: Field): RouteFilter[] {
  if (!field.present) {
    return [];
  }
  const origins = [
    ...field
      .at("allowOrigin")
      .items()
      .flatMap((entry) => entry.text() ?? []),
    ...field.at("allowOrigins").items().flatMap(originsOf),
  ];
  const texts = (name: string): string[] =>
    field
      .at(name)
      .items()
      .flatMap((entry) => entry.text() ?? []);
  const lists = {
    allowMethods: texts("allowMethods"),
    allowHeaders: texts("allowHeaders"),
    exposeHeaders: texts("exposeHeaders"),
  };
  const credentials = field.at("allowCredentials").flag();
  const maxAge = field.at("maxAge");
  const seconds = Math.floor((parseDuration(maxAge.text() ?? "0s") ?? 0) / 1000);
  if (maxAge.present && seconds < 1) {
    maxAge.drop("Browsers are told whole seconds, at least one");
  }
  if (origins.length === 0) {
    field.drop("None of its origins can be said here, so there is no CORS filter");
    return [];
  }
  const allowOrigins = origins.includes("*") ? ["*"] : [...new Set(origins)];
  const filled = Object.entries(lists).filter(([, list]) => list.length > 0);
  const cors = {
    allowOrigins,
    ...Object.fromEntries(filled),
    ...(credentials === true ? { allowCredentials: true } : {}),
    ...(seconds >= 1 ? { maxAge: seconds } : {}),
  };
  return checked(field, { type: "CORS", cors });
}

interface Mirror {
  readonly backend: DestinationBackend;
  readonly share: Readonly<Record<string, unknown>>;
}

export function translateMirrors(rule: Field, namespace: string, world: IstioDocuments): Mirror[] {
  const single = rule.at("mirror");
  const whole = [rule.at("mirrorPercentage").at("value"), rule.at("mirrorPercent"), rule.at("mirror_percent")];
  const mirrors = single.present ? [mirrorOf(single, whole, namespace, world)] : [];
  for (const entry of rule.at("mirrors").items()) {
    mirrors.push(mirrorOf(entry.at("destination"), [entry.at("percentage").at("value")], namespace, world));
  }
  return mirrors.filter((mirror) => mirror !== null);
}

function mirrorOf(field: Field, percents: readonly Field[], namespace: string, world: IstioDocuments): Mirror | null {
  const backend = translateDestination(field, namespace, world);
  const percent = percents.map((one) => one.number()).find((value) => value !== null) ?? 100;
  if (backend === null) {
    return null;
  }
  const share = percent === 100 ? {} : shareOf(percent);
  return { backend, share };
}

/** Whole percents as such, others as a fraction of a million. */
function shareOf(percent: number): Readonly<Record<string, unknown>> {
  const within = Math.min(100, Math.max(0, percent));
  if (Number.isInteger(within)) {
    return { percent: within };
  }
  return { fraction: { numerator: Math.round(within * 10_000), denominator: 1_000_000 } };
}

/** Null when the redirect cannot be said. */
export function redirectFilter(field: Field): RouteFilter | null {
  const uri = field.at("uri").text();
  const authority = hostPort(field.at("authority").text());
  const port = field.at("port").number() ?? authority?.port ?? null;
  const scheme = field.at("scheme").text();
  const code = field.at("redirectCode").number() ?? 301;
  const derive = field.at("derivePort");
  if (derive.value === "FROM_PROTOCOL_DEFAULT" && scheme !== null) {
    derive.take();
  }
  const filter = {
    type: "RequestRedirect",
    requestRedirect: {
      ...(scheme === null ? {} : { scheme }),
      ...(authority === null ? {} : { hostname: authority.host }),
      ...(port === null ? {} : { port }),
      ...(uri === null ? {} : { path: { type: "ReplaceFullPath", replaceFullPath: uri } }),
      statusCode: code,
    },
  };
  return checked(field, filter)[0] ?? null;
}

/** `directResponse`: a fixed answer. Null when it cannot be said. */
export function directFilter(field: Field): RouteFilter | null {
  const statusCode = field.at("status").number();
  const body = field.at("body");
  const text = body.at("string").text();
  // Bytes may be no text at all.
  if (statusCode === null || (body.present && text === null)) {
    return null;
  }
  const directResponse = { statusCode, ...(text === null ? {} : { body: { string: text } }) };
  return checked(field, { type: "DirectResponse", directResponse })[0] ?? null;
}

function hostPort(authority: string | null): { host: string; port: number | null } | null {
  if (authority === null || authority === "") {
    return null;
  }
  const [, host = authority, port] = /^(.*?)(?::(\d+))?$/.exec(authority) ?? [];
  return { host: host.toLowerCase(), port: port === undefined ? null : Number(port) };
}

export interface Rewrite {
  readonly field: Field;
  readonly uri: string | null;
  readonly hostname: string | null;
}

/** The URLRewrite of a rule whose only path is this one; null when it cannot be said. */
export function rewriteFilter(
  { field, uri, hostname }: Rewrite,
  path: PathMatch | undefined,
  prefix: string | null,
): RouteFilter | null {
  const to = uri ?? "";
  const replacesPrefix = prefix !== null && (path === undefined || path.type === "PathPrefix");
  if (uri !== null && replacesPrefix && prefix.endsWith("/") !== to.endsWith("/")) {
    const shape = `Istio puts ${to} in the place of the text ${prefix}; here segments are joined by exactly one slash`;
    field.at("uri").change(shape);
  }
  const modifier = replacesPrefix
    ? { type: "ReplacePrefixMatch", replacePrefixMatch: to }
    : { type: "ReplaceFullPath", replaceFullPath: to };
  const urlRewrite = { ...(hostname === null ? {} : { hostname }), ...(uri === null ? {} : { path: modifier }) };
  return checked(field, { type: "URLRewrite", urlRewrite })[0] ?? null;
}
