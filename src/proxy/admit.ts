// The first stage: one canonical path, one host, a client address that nobody can forge, and headers without anything
// that only the mesh or the platform may say. What passes here is what every later stage decides about and what is
// forwarded.
import { DEFAULT_PORT, parseAuthority, type Authority, type Scheme } from "../decide/route/authority.ts";
import { canonicalPath } from "../model/word/canonical-path.ts";
import { PATH_FAULTS } from "../model/word/path-fault.ts";
import { EditedHeaders } from "../decide/header/edited-headers.ts";
import type { HeaderRecord } from "../decide/header/header-record.ts";
import { MAX_HEADER_BYTES, MAX_HEADERS, type RequestHeaders } from "../decide/header/headers.ts";
import { withoutOperatorCookies } from "../decide/header/operator-cookies.ts";
import { clientAddressOf } from "../isolate/client-address.ts";
import type { IsolateState } from "../isolate/state.ts";
import type { Settings } from "../env/settings.ts";
import type { Refusal } from "../model/word/problem.ts";
import type { Admitted, Exchange } from "./exchange/exchange.ts";

/** How often a request may pass through a mesh before it is taken for a loop. */
const MAX_HOPS = 16;

/**
 * With `/../` in what it asks about, the question of a proxy that does not make paths canonical leaves the adapter's
 * path before anybody sees it. Answered as traffic, a service's 200 would read as "allowed".
 */
const STRAYED: Refusal = {
  problem: "serviceMismatch",
  detail: "A proxy's question about a request came as a request: its path climbs out of /_selvage/authz/",
};

/** The least that is read here: a request of the platform, or one that somebody else's proxy tells about. */
export interface Incoming {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: ReadableStream<Uint8Array> | null;
  readonly cf?: unknown;
  /** Said by a proxy in front; absent = the platform knows. */
  readonly clientAddress?: string | null;
}

/** @param read of the request before: each look at it costs */
export function admit(
  request: Incoming,
  inspected: RequestHeaders,
  by: Pick<Exchange, "settings" | "state">,
  { method, requestId }: Pick<Admitted, "method" | "requestId">,
): (Admitted & { readonly headers: EditedHeaders }) | Refusal {
  const { url } = request;
  if (method === "TRACE") {
    return { problem: "malformedRequest", detail: "TRACE is not forwarded" };
  }
  if (inspected.fault !== null) {
    return headersFault(inspected.fault);
  }
  if (inspected.isQuestion) {
    return STRAYED;
  }
  const path = canonicalPath(url, "keep");
  if (!path.ok) {
    const problem = path.reason === "too-long" ? "uriTooLong" : "malformedRequest";
    return { problem, detail: PATH_FAULTS[path.reason] };
  }
  const authority = authorityOf(url, inspected.host, by.state);
  if (authority === null) {
    const isWhole = method === "OPTIONS" && url.endsWith("*");
    const detail = isWhole ? "OPTIONS * is about the whole server: name a path" : "The request does not name one host";
    return { problem: "malformedRequest", detail };
  }
  const hops = hopsOf(inspected);
  if (hops >= MAX_HOPS) {
    return {
      problem: "loopDetected",
      detail: `The request has passed through a mesh ${hops} times; an endpoint may point back to it`,
    };
  }
  const headers = new EditedHeaders(keptOf(request, inspected));
  if (inspected.hasCookiesToClean) {
    cleanCookies(headers);
  }
  const entry = entryOf(url, request, by.settings);
  return {
    method,
    scheme: entry.scheme,
    host: authority.host,
    port: authority.port,
    entry,
    path: path.path,
    matchPath: path.matchPath,
    search: path.search,
    hasEncodedSlash: path.hasEncodedSlash === true,
    headers,
    body: request.body,
    clientAddress:
      request.clientAddress === undefined ? clientAddressOf(request, by.settings, by.state) : request.clientAddress,
    requestId,
    wantsDetails: inspected.isDebug || inspected.requestId !== null,
    traceparent: inspected.traceparent,
    tracestate: inspected.tracestate,
    hops,
    identity: inspected.identity,
    certificate: () => fact(request.cf, "tlsClientAuth") ?? null,
    isUpgrade: inspected.hasUpgrade && method === "GET" && isWebSocket(request.headers.get("upgrade")),
  };
}

/** Without what callers may not say. */
function keptOf(request: Incoming, { kept, drop }: RequestHeaders): HeaderRecord | Headers {
  if (kept !== null) {
    return kept;
  }
  const headers = new Headers(request.headers);
  for (const name of drop) {
    headers.delete(name);
  }
  return headers;
}

/** Where traffic and admin API share a host, an operator's browser sends its session along. */
function cleanCookies(headers: EditedHeaders): void {
  const rest = withoutOperatorCookies(headers.get("cookie") ?? "");
  if (rest === null) {
    headers.delete("cookie");
  } else {
    headers.set("cookie", rest);
  }
}

function headersFault(fault: "too-many" | "too-large"): Refusal {
  const limit = fault === "too-many" ? `${MAX_HEADERS} headers` : `${MAX_HEADER_BYTES} bytes of headers`;
  return { problem: "headersTooLarge", detail: `The request has more than ${limit}` };
}

/**
 * The URL's host, as long as the Host header, from which the platform makes it, is one as well: a slash or a question
 * mark in that header would have become the path.
 */
function authorityOf(url: string, sent: string | null, state: IsolateState): Authority | null {
  const start = url.indexOf("://") + 3;
  if (sent !== null && url.startsWith(sent, start) && url.charCodeAt(start + sent.length) === 0x2f) {
    return readAuthority(state, sent);
  }
  if (sent !== null && readAuthority(state, sent) === null) {
    return null;
  }
  const length = url.slice(start).search(/[/?#]/);
  return readAuthority(state, length === -1 ? url.slice(start) : url.slice(start, start + length));
}

/** Nothing longer than a host may be is remembered. */
function readAuthority({ authorities }: IsolateState, text: string): Authority | null {
  return text.length > MAX_AUTHORITY ? null : authorities.getOrMake(text, () => parseAuthority(text));
}

/** A caller may send these as well: all it gains is an earlier 508. */
function hopsOf({ isFromMesh, hops }: RequestHeaders): number {
  if (hops === null) {
    return isFromMesh ? 1 : 0;
  }
  return /^\d{1,4}$/.test(hops) ? Number(hops) : MAX_HOPS;
}

/** A name of 254 characters and a port. */
const MAX_AUTHORITY = 260;

const UNKNOWN_ENTRY: Readonly<Record<Scheme, Admitted["entry"]>> = {
  http: { gateway: null, port: null, scheme: "http" },
  https: { gateway: null, port: null, scheme: "https" },
};

function entryOf(url: string, request: Incoming, { trustsEntry }: Settings): Admitted["entry"] {
  const own: Scheme = url.startsWith("https:") ? "https" : "http";
  if (!trustsEntry) {
    return UNKNOWN_ENTRY[own];
  }
  const { headers } = request;
  const said = headers.get("x-forwarded-proto")?.toLowerCase();
  const scheme = said === "http" || said === "https" ? said : own;
  const port = Number(headers.get("x-forwarded-port") ?? "");
  const known = Number.isInteger(port) && port > 0 && port <= 65535;
  return {
    gateway: headers.get("selvage-entry"),
    port: known ? port : said === undefined ? null : DEFAULT_PORT[scheme],
    scheme,
  };
}

function fact(cf: unknown, name: string): unknown {
  return typeof cf === "object" && cf !== null ? Reflect.get(cf, name) : undefined;
}

function isWebSocket(upgrade: string | null): boolean {
  return upgrade !== null && upgrade.trim().toLowerCase() === "websocket";
}
