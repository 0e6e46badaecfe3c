// Where a request carries proofs: tokens in the headers and cookies that providers name, client ids and secrets as
// Basic (RFC 7617) or as a pair of headers. Only found here, not believed. What is there and cannot be read in one way
// only is reported as there and bad: overlooking it would turn a bad proof into none. One that is empty proves nothing
// and claims nothing: clients that have no token yet send such headers. The query is never looked at (RFC 6750 §2.3).
import { cookieNamed } from "../header/cookies.ts";
import type { CredentialSource, JwtProvider, TokenSource } from "../../model/snapshot/access.ts";

type HeaderOf = (name: string) => string | null;

/** The text of each token that came, and the providers that look where it was. "" = something is there that is none. */
export type FoundTokens = ReadonlyMap<string, readonly JwtProvider[]>;

const NO_TOKENS: FoundTokens = new Map();

export function findTokens(providers: readonly JwtProvider[], header: HeaderOf): FoundTokens {
  let found: Map<string, JwtProvider[]> | null = null;
  for (const provider of providers) {
    for (const source of provider.from) {
      const token = tokenAt(source, header);
      if (token === null) {
        continue;
      }
      found ??= new Map();
      const looking = found.get(token) ?? [];
      if (!looking.includes(provider)) {
        found.set(token, [...looking, provider]);
      }
    }
  }
  return found ?? NO_TOKENS;
}

function tokenAt(source: TokenSource, header: HeaderOf): string | null {
  if ("cookie" in source) {
    return cookieNamed(header("cookie"), source.cookie);
  }
  const value = header(source.header);
  if (value === null) {
    return null;
  }
  if (source.header === "authorization" && isSeveral(value)) {
    return "";
  }
  const { prefix } = source;
  // The name of an authentication scheme is written in any case (RFC 9110 §11.1), and many split behind it at any white
  // space.
  const same = source.header === "authorization" ? equalsAsScheme : (a: string, b: string): boolean => a === b;
  if (!same(value.slice(0, prefix.length), prefix)) {
    return null;
  }
  const token = value.slice(prefix.length).trim();
  return token === "" ? null : token;
}

/** Two `Authorization` headers arrive as one, joined by a comma. */
function isSeveral(authorization: string): boolean {
  return /^(?:bearer|basic)\b[^]*,|,\s*(?:bearer|basic)(?:\s|$)/i.test(authorization);
}

function equalsAsScheme(a: string, b: string): boolean {
  return a.length === b.length && a.toLowerCase().replace(/\s$/, " ") === b.toLowerCase();
}

export interface ClientCredentials {
  readonly id: string;
  readonly secret: string;
  /** Headers that hold the secret: a service never sees them. */
  readonly headers: readonly string[];
}

const MAX_ID = 256;
const MAX_SECRET = 1024;

/** @returns null = none came; "bad" = something did, which is no one pair */
export function findCredentials(
  sources: readonly CredentialSource[],
  header: HeaderOf,
): ClientCredentials | "bad" | null {
  const all = sources.map((source) => (source === "basic" ? basicAt(header("authorization")) : pairAt(source, header)));
  const found = all.filter((one) => one !== null);
  const [first] = found;
  if (first === undefined) {
    return null;
  }
  const same = found.every(
    (one) => one !== "bad" && first !== "bad" && one.id === first.id && one.secret === first.secret,
  );
  if (!same || first === "bad" || first.id.length > MAX_ID || first.secret.length > MAX_SECRET) {
    return "bad";
  }
  return { ...first, headers: found.flatMap((one) => (one === "bad" ? [] : one.headers)) };
}

function pairAt(names: Exclude<CredentialSource, "basic">, header: HeaderOf): ClientCredentials | "bad" | null {
  const id = header(names.id);
  const secret = header(names.secret);
  if (!id && !secret) {
    return null;
  }
  return id && secret ? { id, secret, headers: [names.secret] } : "bad";
}

function basicAt(authorization: string | null): ClientCredentials | "bad" | null {
  if (authorization === null) {
    return null;
  }
  if (isSeveral(authorization)) {
    return "bad";
  }
  if (!/^basic(?:\s|$)/i.test(authorization)) {
    return null;
  }
  const pair = authorization.slice("basic".length).trim();
  if (pair === "") {
    return null;
  }
  const text = decoded(pair);
  const colon = text?.indexOf(":") ?? -1;
  if (text === null || colon < 1 || colon === text.length - 1) {
    return "bad";
  }
  return { id: text.slice(0, colon), secret: text.slice(colon + 1), headers: ["authorization"] };
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8 without control characters (RFC 7617 §2); null = not that. */
function decoded(base64: string): string | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
    return null;
  }
  try {
    const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
    const text = utf8.decode(bytes);
    // oxlint-disable-next-line no-control-regex -- control characters are exactly what is refused
    return /[\u0000-\u001f\u007f]/.test(text) ? null : text;
  } catch {
    return null;
  }
}
