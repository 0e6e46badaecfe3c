// Lets a service take only what came through the mesh: checks `selvage-assertion` against the mesh's published keys.
// Needs fetch, WebCrypto and jose: Node 20 and later, Workers, Deno, Bun.
import { ASSERTION_HEADER, ASSERTION_SECONDS, ASSERTION_TYPE, bindingOf } from "../tokens/assertion.ts";
import { BoundedMap } from "../decide/text/bounded-map.ts";
import { readToken, type Token } from "../tokens/read-token.ts";
import { verifyToken, type Verified } from "../tokens/verify-token.ts";
import { KnownWords } from "./known-words.ts";
import { MeshJwks, type MeshJwksPorts } from "./mesh-jwks.ts";
import { SeenIds } from "./seen-ids.ts";

export interface VerifyOptions {
  /** `https://<mesh>/_selvage/.well-known/jwks.json` */
  readonly jwksUrl: string;
  /** This service, as the mesh knows it: `<namespace>/<service>`, or its SPIFFE ID. */
  readonly audience: string;
  /** The mesh's `MESH_ISSUER`, or `spiffe://<TRUST_DOMAIN>`. Default: whoever holds the keys at `jwksUrl`. */
  readonly issuer?: string;
  /**
   * `request` = an assertion that is not bound to method and path is refused (`Service.spec.assertion`). Default
   * `caller`.
   */
  readonly assertion?: "caller" | "request";
  /** `strict` = each assertion is good once; implies `assertion: request`, since others are used for many requests. */
  readonly replay?: "strict";
  /** Tolerance for clocks that differ, seconds. Default 10. */
  readonly clockSkewSeconds?: number;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
  /** Default: the runtime's. */
  readonly fetch?: MeshJwksPorts["fetch"];
}

export interface AssertedCaller {
  /** A user (`<issuer>/<subject>`), an application or workload (SPIFFE ID), or `anonymous`. */
  readonly subject: string;
  /** Who acts for the subject, the one that called first; empty = the subject itself called. */
  readonly actors: readonly string[];
  readonly claims: Readonly<Record<string, unknown>>;
}

export type VerifyFault =
  | "missing"
  | "malformed"
  | "not-for-this-request"
  | "not-bound"
  | "used-before"
  | "keys-unavailable"
  | "too-many"
  | Extract<Verified, { readonly ok: false }>["reason"];

/** `status`: 401, or 503 where the assertion could not be checked. */
export type Verification =
  | { readonly ok: true; readonly caller: AssertedCaller }
  | { readonly ok: false; readonly status: 401 | 503; readonly reason: VerifyFault };

/** The least that is needed of a request. */
export interface VerifiableRequest {
  readonly method: string;
  /** Absolute, or path and query. */
  readonly url: string;
  readonly headers: { get(name: string): string | null };
}

/** A service names one. */
const MAX_KEY_SETS = 64;
/** Key sets by their URL: whoever asks with the same one shares what was fetched. */
const keySets = new BoundedMap<string, MeshJwks>(MAX_KEY_SETS);
const seen = new SeenIds();
const knownWords = new KnownWords();

/**
 * Checks a request. Never rejects.
 *
 * @example
 * const verified = await verifyRequest(request, { jwksUrl, audience: "shop/orders" });
 * if (!verified.ok) return new Response(verified.reason, { status: verified.status });
 */
export async function verifyRequest(request: VerifiableRequest, options: VerifyOptions): Promise<Verification> {
  const now = (options.now ?? Date.now)();
  const text = request.headers.get(ASSERTION_HEADER);
  if (text === null || text === "") {
    return refused("missing");
  }
  const token = readToken(text);
  if (!token.ok) {
    return refused("malformed");
  }
  const verified = await check(text, token, options, now);
  if (verified === null) {
    return refused("keys-unavailable", 503);
  }
  if (!verified.ok) {
    return refused(verified.reason);
  }
  const { claims } = verified;
  const { exp, iat, jti, htm, htp } = claims;
  if (typeof exp !== "number" || typeof iat !== "number" || exp - iat > ASSERTION_SECONDS) {
    return refused("claims");
  }
  const isBound = htm !== undefined || htp !== undefined;
  if (!isBound && (options.assertion === "request" || options.replay === "strict")) {
    return refused("not-bound");
  }
  if (isBound) {
    const binding = await bindingOf(request.method, request.url);
    if (binding === null || htm !== binding.htm || htp !== binding.htp) {
      return refused("not-for-this-request");
    }
  }
  if (options.replay === "strict") {
    if (typeof jti !== "string") {
      return refused("claims");
    }
    const use = seen.first(`${options.audience} ${jti}`, verified.expiresAtMs ?? Infinity, now);
    if (use !== "first") {
      return use === "again" ? refused("used-before") : refused("too-many", 503);
    }
  }
  return { ok: true, caller: { subject: String(claims.sub), actors: actorsOf(claims.act), claims } };
}

async function check(text: string, token: Token, options: VerifyOptions, now: number): Promise<Verified | null> {
  const jwks = jwksOf(options);
  const keys = await jwks.current();
  if (keys === null) {
    return null;
  }
  const word = JSON.stringify([text, options.audience, options.issuer, options.clockSkewSeconds]);
  const known = knownWords.find(keys, word, now);
  if (known !== null) {
    return known;
  }
  const issuer = options.issuer ?? (typeof token.claims.iss === "string" ? token.claims.iss : "");
  const terms = {
    issuer,
    audiences: [options.audience],
    algorithms: ["ES256"],
    clockSkewMs: (options.clockSkewSeconds ?? 10) * 1000,
    requiredClaims: ["exp", "iat", "sub"],
    types: [ASSERTION_TYPE],
  };
  const verified = await verifyToken(token, keys, terms, now);
  if (verified.ok) {
    knownWords.keep(keys, word, verified, now);
    return verified;
  }
  if (verified.reason !== "unknown-key") {
    return verified;
  }
  // The mesh may have changed its keys a moment ago.
  const newer = await jwks.newer();
  return newer === null ? verified : verifyToken(token, newer, terms, now);
}

function jwksOf({ jwksUrl, fetch: given, now = Date.now }: VerifyOptions): MeshJwks {
  const made = (): MeshJwks =>
    new MeshJwks(jwksUrl, {
      now,
      wait: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
      fetch: given ?? ((url, init) => fetch(url, init)),
    });
  return keySets.getOrMake(jwksUrl, made);
}

function refused(reason: VerifyFault, status: 401 | 503 = 401): Verification {
  return { ok: false, status, reason };
}

/** `act`, and whoever is within it (RFC 8693 §4.1). */
function actorsOf(act: unknown): string[] {
  const actors: string[] = [];
  for (let one: unknown = act; typeof one === "object" && one !== null && "sub" in one;) {
    actors.push(String(one.sub));
    one = "act" in one ? one.act : null;
  }
  return actors;
}
