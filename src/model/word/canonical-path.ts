// The one canonical path of a request: routing, authorization, limits, logs and forwarding all use it and no other.
// Works on the raw text of `request.url`, because `new URL` and routers each decode differently. Never guesses: a path that
// two common servers could read differently is refused. Not a URL parser: scheme and authority are only cut off.

/** Why a path is refused. All but `too-long` (414) are a malformed request (400). */
export type PathFault =
  | "not-absolute"
  | "too-long"
  | "too-many-segments"
  | "control-character"
  | "backslash"
  | "bad-escape"
  | "encoded-separator"
  | "not-utf8"
  | "dot-segment-parameters"
  | "unnamed-segment"
  | "above-root";

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
  | { readonly ok: false; readonly reason: PathFault };

/** Characters of a path, or of a query. */
export const MAX_PATH_LENGTH = 8192;
export const MAX_SEGMENTS = 64;

export const PATH_FAULTS: Readonly<Record<PathFault, string>> = {
  "not-absolute": "The path does not start with a slash",
  "too-long": `The path or the query is longer than ${MAX_PATH_LENGTH} characters`,
  "too-many-segments": `The path has more than ${MAX_SEGMENTS} segments`,
  "control-character": "The path or the query holds a control character",
  backslash: "The path holds a backslash, which some servers read as a slash",
  "bad-escape": "The path holds a percent sign that is not followed by two hexadecimal digits",
  "encoded-separator": "The path holds an encoded slash or backslash (%2F, %5C), which servers read differently",
  "not-utf8": "The path or the query is not valid UTF-8",
  "dot-segment-parameters": 'The path holds ".." or "." with parameters, which servers read differently',
  "unnamed-segment": "The path holds a segment of parameters only, which servers read differently",
  "above-root": 'The path climbs above the root with ".."',
};

const SLASH = 0x2f;
const PERCENT = 0x25;
/** Per ASCII code: 0 stands for itself, 1 is percent-encoded by WHATWG URLs, 2 needs thought, 3 is never allowed. */
const CLASS = new Uint8Array(128);
for (let code = 0; code < 0x20; code++) CLASS[code] = 3;
for (const char of ' "<>^`{}') CLASS[char.charCodeAt(0)] = 1;
for (const char of "%;") CLASS[char.charCodeAt(0)] = 2;
CLASS[0x5c] = 3;
CLASS[0x7f] = 3;

/**
 * @param raw `request.url` as the platform gives it, or an origin-form target (`/a?b`).
 * @param slashes `keep`: `%2F` is a character of its segment, as it was written in `path`, and `%2F` in `matchPath`. Refused all the
 * same where a server that decodes it would read dots, or parameters.
 * @example canonicalPath("http://shop.example/a/%2e%2e//%61?x#f") // {ok: true, path: "/a", matchPath: "/a", search: "?x"}
 */
export function canonicalPath(raw: string, slashes: "refuse" | "keep" = "refuse"): CanonicalPath {
  const start = pathStart(raw);
  let end = start;
  let plain = true;
  let segments = 0;
  let previous = 0;
  for (; end < raw.length; end++) {
    const code = raw.charCodeAt(end);
    if (code === 0x3f || code === 0x23) break;
    if (code === SLASH) segments++;
    if (code > 0x7e || CLASS[code] !== 0 || (previous === SLASH && (code === SLASH || code === 0x2e))) plain = false;
    previous = code;
  }
  const search = queryOf(raw, end);
  if (typeof search !== "string") return search;
  if (end - start > MAX_PATH_LENGTH) return fault("too-long");
  if (segments > MAX_SEGMENTS) return fault("too-many-segments");
  if (end === start) return { ok: true, path: "/", matchPath: "/", search };
  if (raw.charCodeAt(start) !== SLASH) return fault("not-absolute");
  const path = raw.slice(start, end);
  return plain ? { ok: true, path, matchPath: path, search } : resolve(path, search, slashes === "keep");
}

function fault(reason: PathFault): { readonly ok: false; readonly reason: PathFault } {
  return { ok: false, reason };
}

function pathStart(raw: string): number {
  if (raw.charCodeAt(0) === SLASH) return 0;
  const scheme = raw.indexOf("://");
  if (scheme === -1) return 0;
  let at = scheme + 3;
  for (; at < raw.length; at++) {
    const code = raw.charCodeAt(at);
    if (code === SLASH || code === 0x3f || code === 0x23) break;
  }
  return at;
}

/** A raw control character would be dropped by URL parsers, a U+FFFD stands for bytes that are lost: neither is forwarded. */
function queryOf(raw: string, at: number): string | { readonly ok: false; readonly reason: PathFault } {
  if (at >= raw.length || raw.charCodeAt(at) === 0x23) return "";
  let end = at;
  let ascii = true;
  for (; end < raw.length; end++) {
    const code = raw.charCodeAt(end);
    if (code === 0x23) break;
    if (code < 0x20 || code === 0x7f) return fault("control-character");
    if (code > 0x7f) ascii = false;
  }
  if (end - at > MAX_PATH_LENGTH) return fault("too-long");
  const query = raw.slice(at, end);
  return ascii || isText(query) ? query : fault("not-utf8");
}

/** The slow way: escapes, then dot segments (empty segments count, as in RFC 3986 §5.2.4), then empty segments. */
function resolve(raw: string, search: string, keepsSlashes: boolean): CanonicalPath {
  const text = normaliseEscapes(raw, keepsSlashes);
  if (typeof text !== "string") return text;
  const kept: string[] = [];
  const parts = text.split("/");
  for (let i = 1; i < parts.length; i++) {
    const part = parts[i] ?? "";
    const last = i === parts.length - 1;
    if (keepsSlashes && hidesSegments(part)) return fault("encoded-separator");
    if (part === "..") {
      if (kept.length === 0) return fault("above-root");
      kept.pop();
      if (last) kept.push("");
    } else if (part === ".") {
      if (last) kept.push("");
    } else if (isDisguisedDots(part)) return fault("dot-segment-parameters");
    // `/;x/b`: two segments to some servers, one to others. At the end it is as good as a slash.
    else if (!last && /^(?:;|%3B)/.test(part)) return fault("unnamed-segment");
    else kept.push(part);
  }
  const trailing = kept.at(-1) === "" ? "/" : "";
  const named = kept.filter((part) => part !== "");
  const path = named.length === 0 ? "/" : `/${named.join("/")}${trailing}`;
  if (path.length > MAX_PATH_LENGTH) return fault("too-long");
  const matchPath = path.includes(";") ? withoutParameters(named, trailing) : path;
  if (!keepsSlashes || !ENCODED_SLASH.test(path)) return { ok: true, path, matchPath, search };
  return { ok: true, path, matchPath: matchPath.replaceAll("%2f", "%2F"), search, hasEncodedSlash: true };
}

const ENCODED_SLASH = /%2[Ff]/;

/** Whoever decodes `%2F` first finds dot segments in it, or parameters that end elsewhere. */
function hidesSegments(part: string): boolean {
  if (!ENCODED_SLASH.test(part)) return false;
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

/** Decodes unreserved characters once, upper-cases the other escapes, encodes what URL parsers would encode. */
function normaliseEscapes(
  raw: string,
  keepsSlashes: boolean,
): string | { readonly ok: false; readonly reason: PathFault } {
  let out = "";
  let at = 0;
  while (at < raw.length) {
    const code = raw.charCodeAt(at);
    if (code === PERCENT || code > 0x7e) {
      const end = runEnd(raw, at, code === PERCENT);
      const run = code === PERCENT ? normaliseRun(raw.slice(at, end), keepsSlashes) : encodeRun(raw.slice(at, end));
      if (typeof run !== "string") return run;
      out += run;
      at = end;
      continue;
    }
    if (CLASS[code] === 3) return fault(code === 0x5c ? "backslash" : "control-character");
    out += CLASS[code] === 1 ? hex(code) : raw.charAt(at);
    at++;
  }
  return out;
}

/** The end of the escapes, or of the characters beyond ASCII, that start here: UTF-8 is judged over the whole of them. */
function runEnd(raw: string, from: number, escapes: boolean): number {
  let at = from;
  if (escapes) while (raw.charCodeAt(at) === PERCENT) at += 3;
  else while (raw.charCodeAt(at) > 0x7e) at++;
  return Math.min(at, raw.length);
}

function normaliseRun(run: string, keepsSlashes: boolean): string | { readonly ok: false; readonly reason: PathFault } {
  let out = "";
  let beyondAscii = false;
  for (let at = 0; at < run.length; at += 3) {
    const code = byteAt(run, at + 1);
    if (code === -1) return fault("bad-escape");
    if (code === SLASH && keepsSlashes) {
      out += run.slice(at, at + 3);
      continue;
    }
    if (code === SLASH || code === 0x5c) return fault("encoded-separator");
    if (code < 0x20 || code === 0x7f) return fault("control-character");
    if (code > 0x7f) beyondAscii = true;
    out += isUnreserved(code) ? String.fromCharCode(code) : hex(code);
  }
  if (beyondAscii && !decodes(run)) return fault("not-utf8");
  return out;
}

function isUnreserved(code: number): boolean {
  const letter = code | 0x20;
  const named = (letter >= 0x61 && letter <= 0x7a) || (code >= 0x30 && code <= 0x39);
  return code < 0x80 && (named || code === 0x2d || code === 0x2e || code === 0x5f || code === 0x7e);
}

/** Of two hexadecimal digits; -1 = they are none. */
function byteAt(text: string, at: number): number {
  const high = digitOf(text.charCodeAt(at));
  const low = digitOf(text.charCodeAt(at + 1));
  return high === -1 || low === -1 ? -1 : high * 16 + low;
}

function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function decodes(run: string): boolean {
  try {
    decodeURIComponent(run);
    return true;
  } catch {
    return false;
  }
}

/** Raw characters beyond ASCII as UTF-8 escapes, as every URL parser sends them. U+FFFD means the bytes were not UTF-8. */
function encodeRun(run: string): string | { readonly ok: false; readonly reason: PathFault } {
  if (run.includes("\u007f")) return fault("control-character");
  return isText(run) ? encodeURIComponent(run) : fault("not-utf8");
}

function isText(run: string): boolean {
  return !run.includes("\ufffd") && run.isWellFormed();
}

function hex(code: number): string {
  return `%${code.toString(16).toUpperCase()}`;
}
