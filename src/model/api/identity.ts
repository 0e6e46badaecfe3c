// The mesh's identity side of the admin API: tokens that are given out (RFC 6749, RFC 8693), keys to check them with,
// and what operators see of the keys.
import * as z from "zod";

export const CLIENT_CREDENTIALS = "client_credentials";
export const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
export const ACCESS_TOKEN_URN = "urn:ietf:params:oauth:token-type:access_token";
export const JWT_URN = "urn:ietf:params:oauth:token-type:jwt";
export const ID_TOKEN_URN = "urn:ietf:params:oauth:token-type:id_token";

export const oauthRequestSchema = z
  .object({
    grant_type: z.enum([CLIENT_CREDENTIALS, TOKEN_EXCHANGE]),
    client_id: z.string().optional().meta({ description: "Here, or in `Authorization: Basic`; never in both." }),
    client_secret: z.string().optional(),
    subject_token: z.string().optional().meta({ description: "Exchange: the workload's token of its cluster." }),
    subject_token_type: z.enum([JWT_URN, ACCESS_TOKEN_URN, ID_TOKEN_URN]).optional(),
    requested_token_type: z.enum([ACCESS_TOKEN_URN, JWT_URN]).optional(),
    audience: z.string().optional().meta({ description: "Exchange: `spiffe://<TRUST_DOMAIN>` or left out." }),
  })
  .meta({ id: "OAuthTokenRequest" });

export const oauthTokenSchema = z
  .object({
    access_token: z.string().meta({ description: "A JWT (ES256, `typ: at+jwt`)." }),
    token_type: z.literal("Bearer"),
    expires_in: z.int().meta({ description: "Seconds." }),
    issued_token_type: z.literal(ACCESS_TOKEN_URN).optional().meta({ description: "Of an exchange." }),
  })
  .meta({ id: "OAuthToken" });

const oauthErrors = [
  "invalid_request",
  "invalid_client",
  "invalid_grant",
  "invalid_scope",
  "invalid_target",
  "unsupported_grant_type",
  "temporarily_unavailable",
] as const;

export type OAuthError = (typeof oauthErrors)[number];

export const oauthErrorSchema = z
  .object({ error: z.enum(oauthErrors), error_description: z.string(), requestId: z.string() })
  .meta({ id: "OAuthError" });

export const jwksAnswerSchema = z.object({ keys: z.array(z.looseObject({ kid: z.string() })) }).meta({ id: "Jwks" });

export const openIdConfigurationSchema = z
  .object({ issuer: z.string(), jwks_uri: z.string(), token_endpoint: z.string() })
  .catchall(z.unknown())
  .meta({ id: "OpenIdConfiguration" });

const time = z.string().meta({ description: "RFC 3339, UTC." });

const signingKeySchema = z
  .object({
    kid: z.string(),
    state: z.enum(["next", "signing", "accepted", "retired", "revoked"]).meta({
      description: "`next` is published and will sign; `accepted` signs no more, its tokens are still good.",
    }),
    publishedAt: time,
    since: time,
    until: time.nullable().meta({ description: "Of an accepted key: when its last token has expired." }),
  })
  .meta({ id: "SigningKey" });

export const signingKeysSchema = z
  .object({
    items: z.array(signingKeySchema),
    rotatesAt: time.nullable().meta({ description: "When the next key starts to sign." }),
  })
  .meta({ id: "SigningKeys" });

export type SigningKeys = z.infer<typeof signingKeysSchema>;
