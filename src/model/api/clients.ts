// The client side of the admin API: credentials of applications and services, and what becomes of contracts.
import * as z from "zod";
import { durationSchema, parseDuration } from "../document/field/duration.ts";
import { say } from "../word/wording.ts";

/** Longest time that a former secret may live on: a month. */
const MAX_OVERLAP_MS = 30 * 24 * 3_600_000;

export const rotateRequestSchema = z
  .strictObject({
    overlap: durationSchema
      .refine((text) => (parseDuration(text) ?? 0) <= MAX_OVERLAP_MS, {
        error: say("The overlap is longer than a month", "720h is the most."),
      })
      .default("24h")
      .meta({ description: "How long the former secret lives on; 0s = it ends with this call." }),
    reason: z.string().min(1).max(500).optional().meta({ description: "Why; kept in history and audit." }),
  })
  .meta({ id: "RotateRequest" });

const secretShape = {
  id: z.string().meta({ description: "Names the secret where the secret must not be told: `slvs_<id>_…`." }),
  createdAt: z.string(),
  createdBy: z.string(),
  expiresAt: z.string().nullable().meta({ description: "RFC 3339; null = until it is revoked." }),
};

const clientSecretSchema = z.object(secretShape).meta({ id: "ClientSecret" });

export const credentialsSchema = z
  .object({
    kind: z.enum(["Application", "Service"]),
    namespace: z.string(),
    name: z.string(),
    clientId: z
      .string()
      .nullable()
      .meta({ description: "`slvc_…`, the same as long as its owner exists; null = none were made." }),
    secrets: z.array(clientSecretSchema).readonly().meta({ description: "Those in force, the oldest first." }),
    revision: z.int().meta({ description: "The mesh's revision." }),
  })
  .meta({ id: "Credentials" });

export const mintedCredentialsSchema = credentialsSchema
  .extend({
    clientId: z.string(),
    clientSecret: z.string().meta({ description: "`slvs_<id>_<secret>`; shown once, kept only as a digest." }),
  })
  .meta({ id: "MintedCredentials" });

const contractStateSchema = z.enum(["pending", "approved", "rejected", "revoked", "restored"]);

export const contractDecisionSchema = z
  .strictObject({ reason: z.string().min(1).max(500).optional().meta({ description: "Why; kept with the contract." }) })
  .meta({ id: "ContractDecision" });

const contractViewSchema = z
  .object({
    namespace: z.string().meta({ description: "Of the Contract document." }),
    name: z.string(),
    application: z.string().meta({ description: "`<namespace>/<name>`, as `service` and `tier`." }),
    service: z.string(),
    tier: z.string(),
    state: contractStateSchema,
    inForce: z
      .boolean()
      .meta({ description: "Granted, and everything that it names is there: the application may use the service." }),
    message: z.string().meta({ description: "Why it is, or is not, in force." }),
    since: z.string().meta({ description: "When the state began." }),
    by: z.string().meta({ description: "Who decided; `tier` = `approval: auto`, `selvage` = nobody yet." }),
    reason: z.string().nullable(),
  })
  .meta({ id: "ContractView" });

export const contractListSchema = z
  .object({ items: z.array(contractViewSchema).readonly() })
  .meta({ id: "ContractList" });

export const decidedContractSchema = contractViewSchema
  .extend({ revision: z.int().meta({ description: "The revision that the decision made." }) })
  .meta({ id: "DecidedContract" });

export type Credentials = z.infer<typeof credentialsSchema>;
export type MintedCredentials = z.infer<typeof mintedCredentialsSchema>;
export type ContractViewAnswer = z.infer<typeof contractViewSchema>;
export type ContractList = z.infer<typeof contractListSchema>;
export type DecidedContract = z.infer<typeof decidedContractSchema>;
