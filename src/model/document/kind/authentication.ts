// `AuthenticationPolicy`: which proofs of identity are looked for, where, and whether a request without one may pass.
import * as z from "zod";
import { durationSchema, parseDuration } from "../field/duration.ts";
import { headerNameSchema, refuseRepeats } from "../field/http-header.ts";
import { jwksSchema } from "../field/jwks.ts";
import { nameSchema, secretRefSchema } from "../field/names.ts";
import { targetRefsSchema } from "../field/target-ref.ts";
import { resourceUrlSchema } from "../field/url.ts";
import { OURS, type KindEntry } from "../field/kind-entry.ts";
import { say } from "../../word/wording.ts";

export const ASYMMETRIC = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
] as const;
const SYMMETRIC = ["HS256", "HS384", "HS512"] as const;
const symmetric: ReadonlySet<string> = new Set(SYMMETRIC);
const MAX_SKEW_MS = 120_000;

const tokenSourceSchema = z
  .strictObject({
    header: headerNameSchema.optional(),
    prefix: z.string().max(64).optional().describe("What stands before the token in the header."),
    cookie: headerNameSchema.optional(),
  })
  .refine(({ header, cookie }) => (header === undefined) !== (cookie === undefined), {
    error: say("A token comes from a header or from a cookie", "Give exactly one of the two."),
  });

const providerSchema = z
  .strictObject({
    name: nameSchema,
    issuer: z.string().min(1).max(2048).describe("Compared exactly with the token's iss."),
    audiences: z
      .array(z.string().min(1).max(2048))
      .max(32)
      .default([])
      .describe("One of them must be in the token's aud; empty: not checked."),
    jwksUri: resourceUrlSchema.optional(),
    jwks: jwksSchema.optional(),
    secretRef: secretRefSchema.optional().describe("Shared key of the HS algorithms: the name of a Worker secret."),
    algorithms: z
      .array(z.enum([...ASYMMETRIC, ...SYMMETRIC]))
      .min(1)
      .default(["RS256", "ES256"]),
    from: z
      .array(tokenSourceSchema)
      .min(1)
      .max(8)
      .default([{ header: "Authorization", prefix: "Bearer " }]),
    claimToHeaders: z
      .array(z.strictObject({ claim: z.string().min(1).max(253), header: headerNameSchema }))
      .max(32)
      .default([]),
    clockSkew: durationSchema
      .refine((text) => (parseDuration(text) ?? 0) <= MAX_SKEW_MS, {
        error: say("The clock skew is more than 120s", "A larger tolerance keeps expired tokens alive: lower it."),
      })
      .default("60s")
      .describe("Tolerance for exp, nbf and iat; 120s at most."),
    requiredClaims: z.array(z.string().min(1).max(253)).max(32).default(["exp"]),
  })
  .superRefine(({ jwksUri, jwks, secretRef, algorithms }, context) => {
    const sources = [jwksUri, jwks, secretRef].filter((source) => source !== undefined).length;
    if (sources !== 1) {
      const message = say("The provider's keys come from exactly one place", "Give one of jwksUri, jwks or secretRef.");
      context.addIssue({ code: "custom", message, path: ["jwksUri"], input: jwksUri });
      return;
    }
    const wrong = algorithms.findIndex((algorithm) => symmetric.has(algorithm) !== (secretRef !== undefined));
    if (wrong === -1) {
      return;
    }
    const message =
      secretRef === undefined
        ? say(
            `${algorithms[wrong]} with public keys would let anyone who reads them sign tokens`,
            "Use an RS, PS, ES or EdDSA algorithm, or secretRef.",
          )
        : say(`${algorithms[wrong]} needs a public key, not a shared secret`, "Use HS256, HS384 or HS512.");
    context.addIssue({ code: "custom", message, path: ["algorithms", wrong], input: algorithms });
  });

const credentialSourceSchema = z.union([
  z.literal("basic"),
  z.strictObject({
    headers: z.strictObject({
      id: headerNameSchema.default("client_id"),
      secret: headerNameSchema.default("client_secret"),
    }),
  }),
]);

const proofSchema = z.strictObject({ required: z.boolean().default(false) });

export const authenticationPolicySpecSchema = z
  .strictObject({
    targetRefs: targetRefsSchema,
    mode: z
      .enum(["require", "permit"])
      .default("require")
      .describe("require: a request with none of the proofs below is refused (401). permit: it passes as anonymous."),
    jwt: z
      .strictObject({
        providers: z
          .array(providerSchema)
          .min(1)
          .max(16)
          .superRefine((providers, context) =>
            refuseRepeats(
              "provider",
              providers.map((provider) => provider.name),
              context,
            ),
          ),
      })
      .optional(),
    clientCredentials: z
      .strictObject({
        required: z.boolean().default(false),
        from: z.array(credentialSourceSchema).min(1).max(4).default(["basic"]),
      })
      .optional()
      .describe("Client id and secret of an Application."),
    mesh: proofSchema.optional().describe("Identity of a workload of the mesh (selvage-identity)."),
    mtls: proofSchema.optional().describe("A client certificate that the platform verified."),
  })
  .refine(({ jwt, clientCredentials, mesh, mtls }) => jwt ?? clientCredentials ?? mesh ?? mtls, {
    error: say("The policy accepts no proof of identity", "Add at least one of jwt, clientCredentials, mesh and mtls."),
  });

export const authenticationPolicy = {
  kind: "AuthenticationPolicy",
  apiVersions: OURS,
  plural: "authenticationpolicies",
  short: ["authn"],
  scope: "namespace",
  says: "Which proofs of identity are accepted, and whether one is required.",
  spec: authenticationPolicySpecSchema,
  findings: {
    SLV1330: "Two providers of a policy have the same issuer.",
    SLV1331: "A policy accepts tokens that never expire.",
    SLV1332: "A policy names a secret that the Worker does not have, or that is too short to be a key.",
    SLV1333: "A policy accepts tokens for any audience.",
  },
} as const satisfies KindEntry;

export type JwtProviderSpec = z.infer<typeof providerSchema>;
