// Operators by `Authorization: Bearer …` (RFC 6750): the bootstrap token, an API token that is known by its digest, or
// a token of a configured identity provider.
import { settingsOf } from "../../env/settings.ts";
import type { TokenRecord } from "../../model/registry/registry.ts";
import { hex, sha256 } from "../../model/word/digest.ts";
import { API_TOKEN } from "./api-token.ts";
import { lookUpSecret } from "./guesses.ts";
import { unknown, type Identity, type AdminRequest } from "./identity.ts";
import { personOf } from "./oidc-operator.ts";
import { sealOf } from "./session.ts";

/** The operator of a header's value. */
export async function identifyBearer(authorization: string, visit: AdminRequest): Promise<Identity> {
  const presented = /^bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (presented === undefined) {
    return unknown('The Authorization header does not have the form "Bearer <token>".', "invalid_request");
  }
  return identifyToken(presented, visit);
}

/** The operator of a token, wherever it was written. */
export async function identifyToken(presented: string, visit: AdminRequest): Promise<Identity> {
  const { env, store, now } = visit;
  const digest = await sha256(presented);
  // Both sides are digests of equal length, compared in constant time: neither length nor common prefix shows.
  const { adminToken: secret } = settingsOf(env);
  if (secret !== null && crypto.subtle.timingSafeEqual(digest, await sha256(secret))) {
    return { ...bootstrap(), proofOf: async (session) => ({ kind: "bootstrap", seal: await sealOf(session, secret) }) };
  }
  if (presented.split(".").length === 3) {
    return personOf(presented, "oidc", visit);
  }
  const hash = hex(digest);
  const token = API_TOKEN.test(presented) ? await lookUpSecret(visit, hash, () => store.tokenByHash(hash)) : null;
  if (token !== null && "refusal" in token) {
    return token;
  }
  return token === null ? unknown("The operator token is not known.", "invalid_token") : identifyRecord(token, now);
}

/** The operator of an API token's record, which may have expired. */
export function identifyRecord(token: TokenRecord, now: number): Identity {
  const name = `token:${token.id}`;
  if (token.expiresAt !== null && Date.parse(token.expiresAt) <= now) {
    return {
      ...unknown(`The operator token ${token.id} expired at ${token.expiresAt}.`, "invalid_token"),
      known: name,
    };
  }
  return {
    operator: { name, role: token.role, namespaces: token.namespaces },
    token,
    by: "bearer",
    expiresAt: token.expiresAt === null ? null : Date.parse(token.expiresAt),
    proofOf: () => ({ kind: "token", tokenId: token.id }),
  };
}

export function bootstrap(): Omit<Extract<Identity, { operator: unknown }>, "proofOf"> {
  return {
    operator: { name: "bootstrap", role: "admin", namespaces: null },
    token: null,
    by: "bearer",
    expiresAt: null,
  };
}
