// A compact JWS (RFC 7515 §7.1) taken apart, and nothing believed: whose it is and whether it holds is for
// verify-token.ts. Strict on purpose: what two readers could understand differently is refused. Keys that a token
// brings along or points to (`jwk`, `jku`, `x5c`, `x5u`) are never looked at.
import { decodeBase64url } from "./base64url.ts";
import { readJsonObject, type JsonObject } from "./strict-json.ts";

/** Longest token, in characters. Checked before anything of it is decoded. */
export const MAX_TOKEN = 8192;
const MAX_KID = 256;

export interface TokenHeader {
  readonly alg: string;
  /** null = none is named. */
  readonly kid: string | null;
  readonly typ: string | null;
}

export interface Token {
  readonly ok: true;
  readonly header: TokenHeader;
  readonly claims: JsonObject;
  /** All three parts as they came: what is signed, and the signature. */
  readonly text: string;
}

/** `unsupported`: an extension that must be understood to read the token, and is not (`crit`, `b64`, `zip`). */
interface Unreadable {
  readonly ok: false;
  readonly reason: "too-large" | "malformed" | "unsupported";
}

const MALFORMED: Unreadable = { ok: false, reason: "malformed" };

export function readToken(text: string): Token | Unreadable {
  if (text.length > MAX_TOKEN) {
    return { ok: false, reason: "too-large" };
  }
  const [first = "", second = "", third, ...more] = text.split(".", 4);
  if (third === undefined || more.length > 0) {
    return MALFORMED;
  }
  const head = objectOf(first);
  const claims = objectOf(second);
  if (head === null || claims === null || decodeBase64url(third) === null) {
    return MALFORMED;
  }
  if ("crit" in head || "b64" in head || "zip" in head) {
    return { ok: false, reason: "unsupported" };
  }
  const { alg, kid = null, typ = null } = head;
  if (typeof alg !== "string" || !isText(kid, MAX_KID) || !isText(typ, MAX_KID)) {
    return MALFORMED;
  }
  return { ok: true, header: { alg, kid, typ }, claims, text };
}

/**
 * `iss`, unproven, to tell whose token it may be without reading it as strictly as those who believe it do.
 *
 * @returns null = none, or no token
 */
export function peekIssuer(text: string): string | null {
  const start = text.indexOf(".") + 1;
  const end = text.indexOf(".", start);
  if (start === 0 || end === -1 || text.length > MAX_TOKEN) {
    return null;
  }
  try {
    const claims: unknown = JSON.parse(atob(text.slice(start, end).replaceAll("-", "+").replaceAll("_", "/")));
    const iss = typeof claims === "object" && claims !== null && "iss" in claims ? claims.iss : null;
    return typeof iss === "string" ? iss : null;
  } catch {
    return null;
  }
}

function objectOf(part: string): JsonObject | null {
  const bytes = decodeBase64url(part);
  return bytes === null ? null : readJsonObject(bytes);
}

function isText(value: unknown, longest: number): value is string | null {
  return value === null || (typeof value === "string" && value.length <= longest);
}
