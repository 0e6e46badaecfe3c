// The one canonical path of a request: routing, authorization, limits, logs and forwarding all use it and no other.
// Works on the raw text of `request.url`, because `new URL` and routers each decode differently. Never guesses: a path
// that two common servers could read differently is refused. Not a URL parser: scheme and authority are only cut off.
import { refusedPath, MAX_PATH_LENGTH, MAX_SEGMENTS, type PathRefusal } from "./path-fault.ts";
import { CLASS, isText, normaliseEscapes, SLASH } from "./percent-escapes.ts";

export type CanonicalPath =
  | {
      readonly ok: true;
      /** What is forwarded: starts with `/`, no dot segments, no empty segments, unreserved characters decoded. */
      readonly path: string;
      /** What is matched and authorized: `path` without `;parameters`. The same string when it has none. */
      readonly matchPath: string;
      /** The query as it was sent, with its `?`; `""` without one. A fragment is never part of it. */
      readonly search: string;
      /** It holds `%2F`, which was to be kept. */
      readonly hasEncodedSlash?: true;
    }
  | PathRefusal;

/**
 * @param raw `request.url` as the platform gives it, or an origin-form target (`/a?b`).
 * @param slashes `keep`: `%2F` is a character of its segment, as it was written in `path`, and `%2F` in `matchPath`.
 * Refused all the same where a server that decodes it would read dots, or parameters.
 * @example
 * canonicalPath("http://shop.example/a/%2e%2e//%61?x#f")
 * // {ok: true, path: "/a", matchPath: "/a", search: "?x"}
 */
export function canonicalPath(raw: string, slashes: "refuse" | "keep" = "refuse"): CanonicalPath {
  const start = pathStart(raw);
  let end = start;
  let plain = true;
  let segments = 0;
  let previous = 0;
  for (; end < raw.length; end++) {
    const code = raw.charCodeAt(end);
    if (code === 0x3f || code === 0x23) {
      break;
    }
    if (code === SLASH) {
      segments++;
    }
    if (code > 0x7e || CLASS[code] !== 0 || (previous === SLASH && (code === SLASH || code === 0x2e))) {
      plain = false;
    }
    previous = code;
  }
  const search = queryOf(raw, end);
  if (typeof search !== "string") {
    return search;
  }
  if (end - start > MAX_PATH_LENGTH) {
    return refusedPath("too-long");
  }
  if (segments > MAX_SEGMENTS) {
    return refusedPath("too-many-segments");
  }
  if (end === start) {
    return { ok: true, path: "/", matchPath: "/", search };
  }
  if (raw.charCodeAt(start) !== SLASH) {
    return refusedPath("not-absolute");
  }
  const path = raw.slice(start, end);
  return plain ? { ok: true, path, matchPath: path, search } : resolve(path, search, slashes === "keep");
}

function pathStart(raw: string): number {
  if (raw.charCodeAt(0) === SLASH) {
    return 0;
  }
  const scheme = raw.indexOf("://");
  if (scheme === -1) {
    return 0;
  }
  let at = scheme + 3;
  for (; at < raw.length; at++) {
    const code = raw.charCodeAt(at);
    if (code === SLASH || code === 0x3f || code === 0x23) {
      break;
    }
  }
  return at;
}

/**
 * A raw control character would be dropped by URL parsers, a U+FFFD stands for bytes that are lost: neither is
 * forwarded.
 */
function queryOf(raw: string, at: number): string | PathRefusal {
  if (at >= raw.length || raw.charCodeAt(at) === 0x23) {
    return "";
  }
  let end = at;
  let ascii = true;
  for (; end < raw.length; end++) {
    const code = raw.charCodeAt(end);
    if (code === 0x23) {
      break;
    }
    if (code < 0x20 || code === 0x7f) {
      return refusedPath("control-character");
    }
    if (code > 0x7f) {
      ascii = false;
    }
  }
  if (end - at > MAX_PATH_LENGTH) {
    return refusedPath("too-long");
  }
  const query = raw.slice(at, end);
  return ascii || isText(query) ? query : refusedPath("not-utf8");
}

/** The slow way: escapes, then dot segments (empty segments count, as in RFC 3986 §5.2.4), then empty segments. */
function resolve(raw: string, search: string, keepsSlashes: boolean): CanonicalPath {
  const text = normaliseEscapes(raw, keepsSlashes);
  if (typeof text !== "string") {
    return text;
  }
  const kept: string[] = [];
  const parts = text.split("/");
  for (let i = 1; i < parts.length; i++) {
    const part = parts[i] ?? "";
    const last = i === parts.length - 1;
    if (keepsSlashes && hidesSegments(part)) {
      return refusedPath("encoded-separator");
    }
    if (part === "..") {
      if (kept.length === 0) {
        return refusedPath("above-root");
      }
      kept.pop();
      if (last) {
        kept.push("");
      }
    } else if (part === ".") {
      if (last) {
        kept.push("");
      }
    } else if (isDisguisedDots(part)) {
      return refusedPath("dot-segment-parameters");
    }
    // `/;x/b`: two segments to some servers, one to others. At the end it is as good as a slash.
    else if (!last && /^(?:;|%3B)/.test(part)) {
      return refusedPath("unnamed-segment");
    } else {
      kept.push(part);
    }
  }
  const trailing = kept.at(-1) === "" ? "/" : "";
  const named = kept.filter((part) => part !== "");
  const path = named.length === 0 ? "/" : `/${named.join("/")}${trailing}`;
  if (path.length > MAX_PATH_LENGTH) {
    return refusedPath("too-long");
  }
  const matchPath = path.includes(";") ? withoutParameters(named, trailing) : path;
  if (!keepsSlashes || !ENCODED_SLASH.test(path)) {
    return { ok: true, path, matchPath, search };
  }
  return { ok: true, path, matchPath: matchPath.replaceAll("%2f", "%2F"), search, hasEncodedSlash: true };
}

const ENCODED_SLASH = /%2[Ff]/;

/** Whoever decodes `%2F` first finds dot segments in it, or parameters that end elsewhere. */
function hidesSegments(part: string): boolean {
  if (!ENCODED_SLASH.test(part)) {
    return false;
  }
  return /;|%3B/.test(part) || part.split(/%2[Ff]/).some((piece) => piece === "." || piece === "..");
}

/** `..;a=b`: dots to a server that strips parameters (or decodes `%3B` first), a name to others. */
function isDisguisedDots(part: string): boolean {
  return part.charCodeAt(0) === 0x2e && /^\.\.?(?:;|%3B)/.test(part);
}

function withoutParameters(named: readonly string[], trailing: string): string {
  const bare = named.map((part) => (part.includes(";") ? part.slice(0, part.indexOf(";")) : part));
  const kept = bare.filter((part) => part !== "");
  const slash = bare.at(-1) === "" ? "/" : trailing;
  return kept.length === 0 ? "/" : `/${kept.join("/")}${slash}`;
}
