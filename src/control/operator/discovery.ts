// The OpenID provider's description of itself (OpenID Connect Discovery 1.0 §4). Read when it is needed, kept for ten
// minutes, and used for a day when it cannot be read again. Values only: requests share what was read, never a promise.
import { refusalForAddress } from "../../decide/text/address.ts";
import type { Env } from "../../env/env.ts";
import { fetchJson } from "./fetch-json.ts";

export interface Provider {
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly jwksUri: string;
  /** How the client proves itself with its secret, Basic unless the provider takes only the form. */
  readonly secretIn: "basic" | "body";
}

const FRESH_MS = 600_000;
const LAST_GOOD_MS = 24 * 3_600_000;
const RETRY_MS = 10_000;

interface Held {
  readonly provider: Provider | null;
  readonly readAt: number;
  triedAt: number;
}

const held = new Map<string, Held>();

/** @returns null = it cannot be read, and no older one is good any more */
export async function discover(env: Env, issuer: string, now: number): Promise<Provider | null> {
  const known = held.get(issuer);
  const last = known !== undefined && now - known.readAt < LAST_GOOD_MS ? known.provider : null;
  if (known && ((last && now - known.readAt < FRESH_MS) || now - known.triedAt < RETRY_MS)) return last;
  if (known) known.triedAt = now;
  const provider = await read(env, issuer);
  if (held.size > 16) held.clear();
  if (provider !== null) held.set(issuer, { provider, readAt: now, triedAt: now });
  else held.set(issuer, { provider: last, readAt: known?.readAt ?? 0, triedAt: now });
  return provider ?? last;
}

async function read(env: Env, issuer: string): Promise<Provider | null> {
  const rule = { allowPrivate: env.LOCAL_MESH === "true" };
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const said = await fetchJson(url, rule);
  if (said === null) return null;
  const { issuer: named, authorization_endpoint, token_endpoint, jwks_uri } = said;
  const methods = said.token_endpoint_auth_methods_supported;
  const addresses = [authorization_endpoint, token_endpoint, jwks_uri];
  // §4.3: a description of somebody else must not be taken for the issuer's.
  if (named !== issuer || !addresses.every((one) => typeof one === "string" && refusalForAddress(one, rule) === null))
    return null;
  const list: readonly unknown[] = Array.isArray(methods) ? methods : ["client_secret_basic"];
  return {
    issuer,
    authorizationEndpoint: String(authorization_endpoint),
    tokenEndpoint: String(token_endpoint),
    jwksUri: String(jwks_uri),
    secretIn: list.includes("client_secret_basic") || !list.includes("client_secret_post") ? "basic" : "body",
  };
}
