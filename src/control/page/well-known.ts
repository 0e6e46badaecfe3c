// Where services find the keys of what the mesh signs, and clients find the token call (OpenID Connect Discovery 1.0,
// RFC 8414). Public keys and addresses only.
import { settingsOf } from "../../env/settings.ts";
import { portsOf } from "../../isolate/ports.ts";
import { isolateState } from "../../isolate/state.ts";
import {
  CLIENT_CREDENTIALS,
  jwksAnswerSchema,
  openIdConfigurationSchema,
  TOKEN_EXCHANGE,
} from "../../model/api/identity.ts";
import { refusalResponse } from "../http/answer.ts";
import { registerPage } from "../register/register-page.ts";
import type { ControlApp } from "../register/register.ts";
import { publicJwkOf } from "../../tokens/own-keys.ts";

const JWKS_PATH = "/_selvage/.well-known/jwks.json";

export function registerWellKnown(app: ControlApp): void {
  registerPage(app, {
    id: "jwks",
    path: JWKS_PATH,
    tag: "identity",
    summary: "The public keys of assertions and access tokens (RFC 7517).",
    content: { "application/jwk-set+json": { schema: jwksAnswerSchema } },
    refusals: ["storageUnavailable", "internal"],
    async handle({ request, env, ctx, requestId }) {
      const held = await isolateState().keys.current(portsOf(env), ctx, Date.now());
      if (held === null) {
        const detail = "The mesh's keys cannot be had at the moment.";
        return refusalResponse({ problem: "storageUnavailable", detail }, { requestId, url: request.url }, "jwks");
      }
      const jwks = await Promise.all([...held.accepted].map(([kid, key]) => publicJwkOf(kid, key)));
      const headers = {
        "content-type": "application/jwk-set+json",
        "x-request-id": requestId,
      };
      return new Response(JSON.stringify({ keys: jwks }), { headers });
    },
  });

  registerPage(app, {
    id: "openidConfiguration",
    path: "/_selvage/.well-known/openid-configuration",
    tag: "identity",
    summary: "Where the keys and the token call are, and what they take.",
    content: { "application/json": { schema: openIdConfigurationSchema } },
    refusals: ["notFound", "internal"],
    handle({ request, env, requestId }) {
      const { issuer, publicOrigin: origin } = settingsOf(env);
      if (origin === null) {
        // Not made of the request's Host: whoever chose that would say where clients send their secrets.
        const detail = "The mesh does not know its own address: set the variable MESH_URL.";
        return refusalResponse({ problem: "notFound", detail }, { requestId, url: request.url }, "discovery");
      }
      const body = {
        issuer,
        jwks_uri: origin + JWKS_PATH,
        token_endpoint: `${origin}/_selvage/v1/oauth/token`,
        grant_types_supported: [CLIENT_CREDENTIALS, TOKEN_EXCHANGE],
        token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
        token_endpoint_auth_signing_alg_values_supported: ["ES256"],
        id_token_signing_alg_values_supported: ["ES256"],
        response_types_supported: [],
        subject_types_supported: ["public"],
        scopes_supported: [],
      };
      return Response.json(body, { headers: { "x-request-id": requestId } });
    },
  });
}
