// Who calls the admin API: the bootstrap operator, the holder of an API token, or nobody.
import type { Refusal } from "../model/problem.ts";
import type { TokenRecord } from "../model/registry.ts";
import { API_TOKEN, hex, sha256 } from "./api-token.ts";
import type { Operator } from "./operator.ts";

/** An operator, or nobody, with the reason in the caller's words. `expired` names a token that was once good. */
export type Identity =
  | { readonly operator: Operator; readonly token: TokenRecord | null }
  | { readonly refusal: Refusal; readonly expired?: string };

/**
 * Reads `Authorization: Bearer …` (RFC 6750): the bootstrap token, or an API token that is known by its digest.
 *
 * @param bootstrap the secret `SELVAGE_ADMIN_TOKEN`; empty or undefined = there is none
 * @param now milliseconds since the epoch
 */
export async function identify(
  authorization: string | null,
  bootstrap: string | undefined,
  tokenByHash: (sha256Hex: string) => Promise<TokenRecord | null>,
  now: number,
): Promise<Identity> {
  if (authorization === null) return unknown("Send an operator token: Authorization: Bearer …", null);
  const presented = /^bearer +(\S+) *$/i.exec(authorization)?.[1];
  if (presented === undefined)
    return unknown('The Authorization header does not have the form "Bearer <token>".', "invalid_request");
  const digest = await sha256(presented);
  // Both sides are digests of equal length, compared in constant time: neither length nor common prefix shows.
  if (bootstrap && crypto.subtle.timingSafeEqual(digest, await sha256(bootstrap)))
    return { operator: { name: "bootstrap", role: "admin", namespaces: null }, token: null };
  const token = API_TOKEN.test(presented) ? await tokenByHash(hex(digest)) : null;
  if (token === null) return unknown("The operator token is not known.", "invalid_token");
  const name = `token:${token.id}`;
  if (token.expiresAt !== null && Date.parse(token.expiresAt) <= now)
    return {
      ...unknown(`The operator token ${token.id} expired at ${token.expiresAt}.`, "invalid_token"),
      expired: name,
    };
  return { operator: { name, role: token.role, namespaces: token.namespaces }, token };
}

function unknown(detail: string, error: "invalid_request" | "invalid_token" | null): { refusal: Refusal } {
  const challenge = `Bearer realm="selvage"${error === null ? "" : `, error="${error}"`}`;
  return { refusal: { problem: "unauthenticated", detail, headers: { "www-authenticate": challenge } } };
}
