// What the mesh itself accepts of a token that its token call gave out: kind, issuer, audience, time, and a key that it
// names. Whether the party that it speaks for is still there is for the caller to look up.
import { ACCESS_TOKEN_TYPE } from "../decide/identity/mesh-caller.ts";
import { meshAudience } from "../decide/identity/mesh-names.ts";
import type { MeshKeys } from "../model/message/mesh-keys.ts";
import type { Claims } from "../model/snapshot/caller.ts";
import { keySetOfKeys } from "./key-set.ts";
import { readToken } from "./read-token.ts";
import { verifyToken } from "./verify-token.ts";

/** Clocks of one platform differ little. */
const SKEW_MS = 5000;

interface OwnToken {
  readonly kid: string;
  readonly claims: Claims;
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

/** @returns why it does not hold, for the trace */
export async function verifyMeshToken(
  text: string,
  { accepted }: Pick<MeshKeys, "accepted">,
  { issuer, trustDomain }: { readonly issuer: string; readonly trustDomain: string },
  now: number,
): Promise<OwnToken | string> {
  const token = readToken(text);
  if (!token.ok) {
    return token.reason;
  }
  const { kid } = token.header;
  // Every token of ours names its key; without that, any key would do.
  if (kid === null) {
    return "unknown-key";
  }
  const terms = {
    issuer,
    audiences: [meshAudience({ trustDomain })],
    algorithms: ["ES256"],
    clockSkewMs: SKEW_MS,
    requiredClaims: ["exp", "iat", "jti", "sub", "client_id"],
    types: [ACCESS_TOKEN_TYPE],
  };
  const verified = await verifyToken(token, keySetOfKeys(accepted, "ES256"), terms, now);
  return verified.ok ? { kid, claims: verified.claims, expiresAtMs: verified.expiresAtMs ?? 0 } : verified.reason;
}
