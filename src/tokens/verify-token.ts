// Whether a token that was read holds: the right algorithm, a key of its issuer, the issuer and audience that are
// expected, and the time. jose checks the signature and nothing else: the terms decide, never the token (RFC 8725 §3).
// What to answer is for the caller.
import { compactVerify } from "jose/jws/compact/verify";
import { algorithms } from "./algorithms.ts";
import type { CheckingKey, KeySet } from "./key-set.ts";
import type { Token, TokenHeader } from "./read-token.ts";
import type { JsonObject } from "./strict-json.ts";

export interface Terms {
  /** `iss`, character for character. */
  readonly issuer: string;
  /** One of them must be in `aud`, character for character; empty = `aud` is not looked at. */
  readonly audiences: readonly string[];
  readonly algorithms: readonly string[];
  readonly clockSkewMs: number;
  /** Must be there, and not null. */
  readonly requiredClaims: readonly string[];
  /**
   * One of them must be `typ`, without `application/`, in any case (RFC 7515 §4.1.9); absent = `typ` is not looked at.
   */
  readonly types?: readonly string[];
}

/** Why a token is refused: for traces and tests. A stranger is told less. */
export type TokenFault =
  | "algorithm"
  | "type"
  | "issuer"
  | "unknown-key"
  | "signature"
  | "claims"
  | "audience"
  | "claim-missing"
  | "expired"
  | "not-yet-valid"
  | "issued-in-the-future";

export type Verified =
  | {
      readonly ok: true;
      readonly header: TokenHeader;
      readonly claims: JsonObject;
      /** The first millisecond at which the token is refused: `exp` and the skew; null = it has no `exp`. */
      readonly expiresAtMs: number | null;
    }
  | { readonly ok: false; readonly reason: TokenFault };

/**
 * Time (RFC 7519 §4.1.4–6), with `skew` and all times in milliseconds: refused from `exp + skew` on, before `nbf -
 * skew`, and before `iat - skew`. The three must be finite numbers where they are present; fractions of a second count.
 *
 * @param now milliseconds since the epoch
 */
export async function verifyToken(token: Token, keys: KeySet, terms: Terms, now: number): Promise<Verified> {
  const { header, claims } = token;
  if (!algorithms.has(header.alg) || !terms.algorithms.includes(header.alg)) {
    return refuse("algorithm");
  }
  if (terms.types !== undefined && !isType(header.typ, terms.types)) {
    return refuse("type");
  }
  if (claims.iss !== terms.issuer) {
    return refuse("issuer");
  }
  const candidates = keys.find(header.kid, header.alg);
  if (candidates.length === 0) {
    return refuse("unknown-key");
  }
  if (!(await isSigned(token, candidates))) {
    return refuse("signature");
  }
  const fault = faultOf(claims, terms, now);
  if (fault !== null) {
    return refuse(fault);
  }
  const { exp } = claims;
  return { ok: true, header, claims, expiresAtMs: typeof exp === "number" ? exp * 1000 + terms.clockSkewMs : null };
}

function refuse(reason: TokenFault): Verified {
  return { ok: false, reason };
}

function isType(typ: string | null, types: readonly string[]): boolean {
  if (typ === null) {
    return false;
  }
  const plain = typ.toLowerCase().replace(/^application\//, "");
  return types.some((type) => type.toLowerCase() === plain);
}

async function isSigned({ text, header }: Token, candidates: readonly CheckingKey[]): Promise<boolean> {
  for (const key of candidates) {
    try {
      await compactVerify(text, key, { algorithms: [header.alg] });
      return true;
    } catch {
      // A key that does not fit the algorithm, or a signature that is not its own: the next one may.
    }
  }
  return false;
}

function faultOf(claims: JsonObject, terms: Terms, now: number): TokenFault | null {
  const { sub, aud, exp, nbf, iat } = claims;
  if (!isTime(exp) || !isTime(nbf) || !isTime(iat) || !isTextOrAbsent(sub)) {
    return "claims";
  }
  if (terms.requiredClaims.some((name) => !Object.hasOwn(claims, name) || claims[name] === null)) {
    return "claim-missing";
  }
  if (terms.audiences.length > 0) {
    const named: unknown[] = Array.isArray(aud) ? aud : [aud];
    if (!named.every((one) => typeof one === "string")) {
      return "audience";
    }
    if (!named.some((one) => terms.audiences.includes(one))) {
      return "audience";
    }
  }
  const skew = terms.clockSkewMs;
  if (exp !== undefined && now >= exp * 1000 + skew) {
    return "expired";
  }
  if (nbf !== undefined && now < nbf * 1000 - skew) {
    return "not-yet-valid";
  }
  if (iat !== undefined && now < iat * 1000 - skew) {
    return "issued-in-the-future";
  }
  return null;
}

/** `1e400` is read as Infinity. */
function isTime(value: unknown): value is number | undefined {
  return value === undefined || (typeof value === "number" && Number.isFinite(value));
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || value === null || typeof value === "string";
}
