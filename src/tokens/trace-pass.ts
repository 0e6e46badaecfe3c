// What an operator shows with a request to have it traced: a token of the mesh's own for that alone, and for a quarter
// of an hour.
import { meshAudience } from "../decide/identity/mesh-names.ts";
import type { MeshKeys } from "../model/message/mesh-keys.ts";
import { keySetOfKeys } from "./key-set.ts";
import { mint } from "./mint.ts";
import { readToken } from "./read-token.ts";
import { verifyToken } from "./verify-token.ts";

const TRACE_PASS_TYPE = "selvage-trace+jwt";
const PASS_SECONDS = 900;
const SKEW_MS = 5000;

interface Names {
  readonly issuer: string;
  readonly trustDomain: string;
}

export interface TracePass {
  readonly kid: string;
  /** Requests that go to one of these are traced; null = all. */
  readonly namespaces: readonly string[] | null;
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

export async function mintTracePass(
  signing: MeshKeys["signing"],
  { issuer, trustDomain }: Names,
  { name, namespaces }: { readonly name: string; readonly namespaces: readonly string[] | null },
  now: number,
): Promise<{ readonly pass: string; readonly expiresAtMs: number }> {
  const iat = Math.floor(now / 1000);
  const exp = iat + PASS_SECONDS;
  const claims = { iss: issuer, aud: meshAudience({ trustDomain }), sub: name, iat, exp, namespaces };
  return { pass: await mint(signing, TRACE_PASS_TYPE, claims), expiresAtMs: exp * 1000 };
}

/** @returns null = it does not hold: the request goes on as if nothing had been shown */
export async function verifyTracePass(
  text: string,
  { accepted }: Pick<MeshKeys, "accepted">,
  { issuer, trustDomain }: Names,
  now: number,
): Promise<TracePass | null> {
  const token = readToken(text);
  const kid = token.ok ? token.header.kid : null;
  if (!token.ok || kid === null) {
    return null;
  }
  const terms = {
    issuer,
    audiences: [meshAudience({ trustDomain })],
    algorithms: ["ES256"],
    clockSkewMs: SKEW_MS,
    requiredClaims: ["exp", "iat", "sub"],
    types: [TRACE_PASS_TYPE],
  };
  const verified = await verifyToken(token, keySetOfKeys(accepted, "ES256"), terms, now);
  if (!verified.ok) {
    return null;
  }
  const { namespaces } = verified.claims;
  const isList = Array.isArray(namespaces) && namespaces.every((one) => typeof one === "string");
  // A claim that is no list lets nothing through.
  const named = namespaces === null ? null : isList ? namespaces : [];
  return { kid, namespaces: named, expiresAtMs: verified.expiresAtMs ?? 0 };
}
