// Which headers of a request may cross the mesh (RFC 9110 §7.6.1, and what only this hop may say). One look at each
// header, no copies: the stages delete the names that this lists. What the mesh writes itself is in forwarding.ts,
// answers in answer-headers.ts.

import { blankRecord, type HeaderRecord } from "./header-record.ts";
import { mustCleanCookies } from "./operator-cookies.ts";

/** More, or larger, is answered 431. Repeated lines count as one header of their joined length. */
export const MAX_HEADERS = 100;
export const MAX_HEADER_BYTES = 32 * 1024;

/** The least that is needed of `Headers` to write to them. */
export interface HeaderTarget {
  set(name: string, value: string): void;
  append(name: string, value: string): void;
  delete(name: string): void;
}

/** The least that is needed of `Headers` to read them. */
export interface HeaderList {
  forEach(visit: (value: string, name: string) => void): void;
  get(name: string): string | null;
}

/** Meaningful to one connection only. */
const HOP_BY_HOP = [
  "connection",
  "expect",
  "http2-settings",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
] as const;

/** Headers by which a caller could pretend to be somebody, to be somewhere, or to ask for something else. */
const SPOOFABLE = [
  "cdn-loop",
  "fastly-client-ip",
  "fly-client-ip",
  "forwarded",
  "true-client-ip",
  "wl-proxy-client-ip",
  "x-appengine-remote-addr",
  "x-appengine-user-ip",
  "x-azure-clientip",
  "x-azure-socketip",
  "x-client-ip",
  "x-cluster-client-ip",
  "x-http-method",
  "x-http-method-override",
  "x-method-override",
  "x-nf-client-connection-ip",
  "x-originating-ip",
  "x-proxyuser-ip",
  "x-real-ip",
  "x-remote-addr",
  "x-remote-ip",
  "x-rewrite-url",
] as const;

/**
 * Families of the same: `cf-connecting-ip`, `proxy-authorization`, `selvage-identity`, `x-envoy-…`,
 * `x-forwarded-for`, `x-original-uri`.
 */
const FAMILY = /^(?:cf|proxy|selvage|x-envoy|x-forwarded|x-original)(?:-|$)/;

/** What nearly every request has: let through without a closer look. */
const ORDINARY = new Set([
  "accept",
  "accept-encoding",
  "accept-language",
  "authorization",
  "cache-control",
  "content-length",
  "content-type",
  "cookie",
  "origin",
  "referer",
  "user-agent",
]);

const requestDrops = new Set<string>([...HOP_BY_HOP, ...SPOOFABLE]);
const hopByHop = new Set<string>(HOP_BY_HOP);

/**
 * May a caller say this to a service? `x_forwarded_for` reaches many servers as `x-forwarded-for`, so neither may it.
 */
export function isDropped(name: string): boolean {
  if (name.includes("_") && isDropped(name.replaceAll("_", "-"))) {
    return true;
  }
  return requestDrops.has(name) || (mayBeFamily(name.charCodeAt(0)) && FAMILY.test(name));
}

/** As many servers read it: `x_user` reaches them as `x-user`. */
export function plainName(name: string): string {
  return name.toLowerCase().replaceAll("_", "-");
}

/** May a filter, or an authorization service, write it? Framing and the mesh's own words may not be written. */
export function isReserved(name: string): boolean {
  const lower = plainName(name);
  return hopByHop.has(lower) || lower === "host" || lower === "content-length" || /^(?:proxy|selvage)-/.test(lower);
}

/** c, p, s, x: the families' first letters. */
function mayBeFamily(first: number): boolean {
  return first === 0x78 || first === 0x63 || first === 0x73 || first === 0x70;
}

export interface RequestHeaders {
  readonly fault: "too-many" | "too-large" | null;
  /** Names to delete before the request goes on. */
  readonly drop: readonly string[];
  /**
   * All others, by lower-case name; null = text cannot hold them as they came, so they have to be copied by the
   * runtime.
   */
  readonly kept: HeaderRecord | null;
  readonly hasUpgrade: boolean;
  /** Read on the way, because each look-up in a request's headers costs. */
  readonly host: string | null;
  readonly requestId: string | null;
  readonly traceparent: string | null;
  readonly tracestate: string | null;
  /** `selvage-identity`: read here and dropped; null = it did not come, or empty. */
  readonly identity: string | null;
  /** `selvage-trace`: read here and dropped; null = it did not come, or empty. */
  readonly trace: string | null;
  /** What came as `selvage-hops`; null = nothing. */
  readonly hops: string | null;
  /** Holds a word that a mesh adds to what it forwards: the request has passed through one. */
  readonly isFromMesh: boolean;
  /** `selvage-debug: 1`. */
  readonly isDebug: boolean;
  /** Says `selvage-service`: a proxy's question about another request, never a request itself. */
  readonly isQuestion: boolean;
  /** The Cookie header may hold one that is the admin API's, or was several lines. */
  readonly hasCookiesToClean: boolean;
}

/** Judges a caller's headers. `Connection: x-name` nominates: those names are dropped as well, whatever they are. */
export function inspectRequest(headers: HeaderList): RequestHeaders {
  const drop: string[] = [];
  const kept = blankRecord();
  let isText = true;
  let count = 0;
  let bytes = 0;
  let connection = "";
  let hasUpgrade = false;
  let host: string | null = null;
  let requestId: string | null = null;
  let traceparent: string | null = null;
  let tracestate: string | null = null;
  let identity: string | null = null;
  let trace: string | null = null;
  let hasCookiesToClean = false;
  let isQuestion = false;
  let isFromMesh = false;
  let isDebug = false;
  let hops: string | null = null;
  headers.forEach((value, name) => {
    count++;
    bytes += name.length + value.length + 4;
    // A value that was no UTF-8 has lost what it was, and Set-Cookie lines cannot be joined.
    if (value.includes("\ufffd") || name === "set-cookie") {
      isText = false;
    }
    if (ORDINARY.has(name)) {
      kept[name] = value;
      if (name === "cookie" && mustCleanCookies(value)) {
        hasCookiesToClean = true;
      }
      return;
    }
    switch (name) {
      case "host":
        host = value;
        kept[name] = value;
        return;
      case "x-request-id":
        requestId = value;
        kept[name] = value;
        return;
      case "traceparent":
        traceparent = value;
        kept[name] = value;
        return;
      case "tracestate":
        tracestate = value;
        kept[name] = value;
        return;
    }
    if (!isDropped(name)) {
      kept[name] = value;
      return;
    }
    drop.push(name);
    if (name === "connection") {
      connection = value;
    } else if (name === "upgrade") {
      hasUpgrade = true;
    } else if (name === "selvage-identity") {
      identity = value === "" ? null : value;
    } else if (name === "selvage-trace") {
      trace = value === "" ? null : value;
    } else if (name === "selvage-service") {
      isQuestion = true;
    } else if (name === "selvage-source" || name === "selvage-assertion") {
      isFromMesh = true;
    } else if (name === "selvage-hops") {
      isFromMesh = true;
      hops = value;
    } else if (name === "selvage-debug") {
      isDebug = value === "1";
    }
  });
  if (connection !== "") {
    nominate(connection, drop);
    for (const name of drop) {
      Reflect.deleteProperty(kept, name);
    }
  }
  const fault = count > MAX_HEADERS ? "too-many" : bytes > MAX_HEADER_BYTES ? "too-large" : null;
  return {
    fault,
    drop,
    kept: isText ? kept : null,
    hasUpgrade,
    host,
    requestId,
    traceparent,
    tracestate,
    identity,
    trace,
    hops,
    isFromMesh,
    isDebug,
    isQuestion,
    hasCookiesToClean,
  };
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Adds the names that a `Connection` header nominates. */
export function nominate(connection: string, drop: string[]): void {
  for (const option of connection.split(",")) {
    if (option === "") {
      continue;
    }
    const name = option.trim().toLowerCase();
    // "close" and "upgrade" are options, not headers; deleting a header that is not there costs nothing either way.
    if (name !== "close" && TOKEN.test(name)) {
      drop.push(name);
    }
  }
}

/** A request id is kept when it is one plain word of at most 128 characters that cannot break a log line. */
export function keptRequestId(value: string | null): string | null {
  return value !== null && /^[A-Za-z0-9][A-Za-z0-9._:=@+/-]{0,127}$/.test(value) ? value : null;
}
