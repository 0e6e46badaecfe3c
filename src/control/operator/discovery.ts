// The OpenID provider's description of itself (OpenID Connect Discovery 1.0 §4), read when it is needed.
import { settingsOf } from "../../env/settings.ts";
import { refusalForAddress } from "../../decide/text/address.ts";
import type { Env } from "../../env/env.ts";
import type { Provider, ProviderPorts } from "../../isolate/providers.ts";
import { isolateState } from "../../isolate/state.ts";
import { fetchJson } from "./fetch-json.ts";

/** @returns null = it cannot be read, and no older one is good any more */
export function discover(env: Env, issuer: string, now: number): Promise<Provider | null> {
  const ports: ProviderPorts = {
    now: () => Date.now(),
    wait: (ms) => scheduler.wait(ms),
    read: (named) => read(env, named),
  };
  return isolateState().providers.current(ports, issuer, now);
}

async function read(env: Env, issuer: string): Promise<Provider | null> {
  const rule = { allowPrivate: settingsOf(env).isLocalMesh };
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const said = await fetchJson(url, rule);
  if (said === null) {
    return null;
  }
  const { issuer: named, authorization_endpoint, token_endpoint, jwks_uri } = said;
  const methods = said.token_endpoint_auth_methods_supported;
  const addresses = [authorization_endpoint, token_endpoint, jwks_uri];
  // §4.3: a description of somebody else must not be taken for the issuer's.
  if (named !== issuer || !addresses.every((one) => typeof one === "string" && refusalForAddress(one, rule) === null)) {
    return null;
  }
  const list: readonly unknown[] = Array.isArray(methods) ? methods : ["client_secret_basic"];
  return {
    issuer,
    authorizationEndpoint: String(authorization_endpoint),
    tokenEndpoint: String(token_endpoint),
    jwksUri: String(jwks_uri),
    secretIn: list.includes("client_secret_basic") || !list.includes("client_secret_post") ? "basic" : "body",
  };
}
