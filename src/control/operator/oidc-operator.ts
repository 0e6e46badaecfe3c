// Operators whom somebody else has proven: tokens of the configured OpenID provider, and the word of Cloudflare Access.
// Checked as strictly as any token; what they may do here is up to OPERATOR_ROLES.
import { settingsOf } from "../../env/settings.ts";
import { portsOf } from "../../isolate/ports.ts";
import { isolateState } from "../../isolate/state.ts";
import type { Env } from "../../env/env.ts";
import { ASYMMETRIC } from "../../model/document/kind/authentication.ts";
import type { Refusal } from "../../model/word/problem.ts";
import type { SessionClaims, Person, PersonSource } from "../../model/registry/session.ts";
import { readToken } from "../../tokens/read-token.ts";
import { verifyToken, type TokenFault } from "../../tokens/verify-token.ts";
import { discover } from "./discovery.ts";
import { type Identity, unknown, type AdminRequest } from "./identity.ts";
import { type RoleGrant, grantOf, mailOf, readRules } from "./operator-rules.ts";

const SKEW_MS = 30_000;
/** What a token may call itself: `logout+jwt` and the like are no proof of anybody. */
const TYPES: ReadonlySet<string | null> = new Set([null, "jwt", "at+jwt", "application/at+jwt"]);
/** Claims that rules may ask for; what else a provider says is not kept. Bounded by the longest token. */
const DROPPED: ReadonlySet<string> = new Set(["nonce", "at_hash", "c_hash", "jti", "identity_nonce"]);

interface Proven {
  readonly claims: SessionClaims;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

type OperatorVerdict =
  { readonly ok: true; readonly value: Proven } | { readonly ok: false; readonly refusal: Refusal };

/** The operator of a token of this source. */
export async function personOf(token: string, source: PersonSource, visit: AdminRequest): Promise<Identity> {
  const audiences = audiencesOf(source, visit.env);
  const verdict = await verifyPerson(token, source, audiences, visit);
  if (!verdict.ok) {
    return { refusal: verdict.refusal };
  }
  const { claims, expiresAt } = verdict.value;
  const identity = roleOf({ source, issuer: String(claims.iss), claims }, visit.env);
  if (!("operator" in identity)) {
    return identity;
  }
  const service = source === "access" && typeof claims.common_name === "string";
  const by = source === "oidc" ? "bearer" : service ? "access-service" : "access";
  return { ...identity, by, expiresAt };
}

/**
 * Whether a token is what it says, and for whom.
 * @param audiences one of them must be in `aud`
 */
export async function verifyPerson(
  token: string,
  source: PersonSource,
  audiences: readonly string[],
  { env, ctx, now }: AdminRequest,
): Promise<OperatorVerdict> {
  const issuer = issuerOf(source, env);
  const read = readToken(token);
  // An empty list would mean that any audience will do.
  if (issuer === null || audiences.length === 0 || !read.ok) {
    return refused("The operator token is not known.");
  }
  // Before anything is asked of anybody: strangers' tokens cause no request.
  if (read.claims.iss !== issuer || !TYPES.has(read.header.typ?.toLowerCase() ?? null)) {
    return doubted("issuer");
  }
  const found = source === "access" ? `${issuer}/cdn-cgi/access/certs` : (await discover(env, issuer, now))?.jwksUri;
  if (found === undefined) {
    return unavailable();
  }
  const keySource = { jwksUri: found, allowPrivate: settingsOf(env).isLocalMesh };
  const keys = await isolateState().jwks.current(portsOf(env), ctx, keySource, now);
  if (keys === null) {
    return unavailable();
  }
  // A shared key would let the mesh, or whoever reads its settings, make operators.
  const terms = { issuer, audiences, algorithms: ASYMMETRIC, clockSkewMs: SKEW_MS, requiredClaims: ["exp", "iat"] };
  let verified = await verifyToken(read, keys, terms, now);
  if (!verified.ok && verified.reason === "unknown-key" && read.header.kid !== null) {
    const newer = await isolateState().jwks.newer(portsOf(env), ctx, keySource, read.header.kid, now);
    if (newer !== null) {
      verified = await verifyToken(read, newer, terms, now);
    }
  }
  if (!verified.ok) {
    return doubted(verified.reason);
  }
  return { ok: true, value: { claims: verified.claims, expiresAt: verified.expiresAtMs ?? now } };
}

/** What the rules in force make of somebody. */
export function roleOf({ source, issuer, claims }: Person, env: Env): Identity {
  // The provider is no longer the mesh's: neither are its people.
  if (issuer !== issuerOf(source, env)) {
    return unknown("The operator token is not known.", "invalid_token");
  }
  const isAccess = source === "access";
  const name = `${source}:${nameOf(claims, isAccess)}`;
  const rules = readRules(settingsOf(env).operatorRoles);
  if (rules === null) {
    log("OPERATOR_ROLES cannot be read: nobody has a role by it");
  }
  const grant: RoleGrant | null = rules && grantOf(rules, claims, isAccess);
  if (grant === null) {
    const detail = `${name} has no role in this mesh.`;
    return { refusal: { problem: "noRole", detail }, known: name };
  }
  const kept = Object.fromEntries(Object.entries(claims).filter(([claim]) => !DROPPED.has(claim)));
  return {
    operator: { name, ...grant },
    token: null,
    by: "bearer",
    expiresAt: null,
    proofOf: () => ({ kind: "person", source, issuer, claims: kept }),
  };
}

/** For history and audit: the address when it is theirs, else what the provider calls them. One plain line. */
function nameOf(claims: SessionClaims, isAccess: boolean): string {
  const given = mailOf(claims, isAccess) ?? claims.common_name ?? claims.sub;
  const plain = (typeof given === "string" ? given : "").replaceAll(/[^\w.@+:|/-]/g, "_").slice(0, 200);
  return plain === "" ? "unnamed" : plain;
}

function audiencesOf(source: PersonSource, env: Env): readonly string[] {
  return settingsOf(env)[source]?.audiences ?? [];
}

/** null = not configured. */
function issuerOf(source: PersonSource, env: Env): string | null {
  return settingsOf(env)[source]?.issuer ?? null;
}

/** One answer to every kind of bad token; which kind it was stands in the log. */
function doubted(reason: TokenFault): OperatorVerdict {
  log(`a token of an operator was refused: ${reason}`);
  return refused("The operator token is not known.");
}

function refused(detail: string): OperatorVerdict {
  return { ok: false, refusal: unknown(detail, "invalid_token").refusal };
}

function unavailable(): OperatorVerdict {
  const detail = "The identity provider cannot be asked for its keys.";
  return { ok: false, refusal: { problem: "loginUnavailable", detail, headers: { "retry-after": "30" } } };
}

function log(message: string): void {
  // oxlint-disable-next-line no-console -- the caller is told less, and the mesh's owner must be able to find out
  console.warn(JSON.stringify({ level: "warn", at: "operators", message }));
}
