// Operators' side of the admin API: tokens, audit, health of the control plane.
import * as z from "zod";
import { roleSchema } from "./resource.ts";
import { nameSchema } from "../document/field/names.ts";

export const tokenRequestSchema = z
  .strictObject({
    name: z.string().min(1).max(100).meta({ description: "For people: who or what uses it." }),
    role: roleSchema,
    namespaces: z.array(nameSchema).min(1).max(100).readonly().optional().meta({
      description: "Left out: every namespace and the mesh-wide kinds. An admin token cannot be limited.",
    }),
    expiresAt: z.iso.datetime().optional().meta({ description: "RFC 3339, UTC. Left out: does not expire." }),
  })
  .meta({ id: "TokenRequest" });

export const tokenSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    role: roleSchema,
    namespaces: z.array(z.string()).readonly().nullable().meta({ description: "null = all." }),
    expiresAt: z.string().nullable(),
    createdAt: z.string(),
    createdBy: z.string(),
    lastUsedAt: z.string().nullable().meta({ description: "To the hour." }),
  })
  .meta({ id: "Token" });

export const mintedTokenSchema = tokenSchema
  .extend({ token: z.string().meta({ description: "`slv_<id>_<secret>`; shown once, kept only as a digest." }) })
  .meta({ id: "MintedToken" });

export const tokenListSchema = z.object({ items: z.array(tokenSchema).readonly() }).meta({ id: "TokenList" });

/** Who somebody is to the mesh. */
const operatorSchema = z.object({
  name: z.string().meta({ description: "`bootstrap`, `token:<id>`, `oidc:<address>`, `access:<address>`." }),
  role: roleSchema,
  namespaces: z.array(z.string()).readonly().nullable().meta({ description: "null = all." }),
});

export const loginRequestSchema = z
  .strictObject({ token: z.string().min(1).max(8192).meta({ description: "An operator token." }) })
  .meta({ id: "LoginRequest" });

export const loginSchema = operatorSchema
  .extend({ expiresAt: z.string().meta({ description: "When the session ends at the latest." }) })
  .meta({ id: "Login" });

export const logoutSchema = z.object({ loggedOut: z.literal(true) }).meta({ id: "Logout" });

export const whoamiSchema = operatorSchema
  .extend({
    by: z.enum(["bearer", "session", "access"]),
    expiresAt: z.string().nullable().meta({ description: "When the proof ends by itself; null = it does not." }),
  })
  .meta({ id: "Whoami" });

const auditEntrySchema = z
  .object({
    seq: z.int(),
    at: z.string(),
    actor: z.string(),
    role: z.string().nullable(),
    ip: z.string().nullable(),
    action: z.string().meta({ description: "The call's operation id, e.g. `apply`." }),
    target: z.string().meta({ description: "A document's ref, an endpoint, a token, or `mesh`." }),
    outcome: z.enum(["allowed", "refused"]),
    before: z.string().nullable().meta({ description: "SHA-256 of what was changed as it was, hex." }),
    after: z.string().nullable(),
    revision: z.int().nullable().meta({ description: "The revision that the write made." }),
    reason: z.string().nullable(),
    detail: z.record(z.string(), z.unknown()).readonly(),
    previousHash: z.string(),
    hash: z.string().meta({ description: "SHA-256 over this row and `previousHash`, hex." }),
  })
  .meta({ id: "AuditEntry" });

export const auditListSchema = z
  .object({ items: z.array(auditEntrySchema).readonly(), nextCursor: z.string().nullable() })
  .meta({ id: "AuditList" });

export const auditVerificationSchema = z
  .object({
    ok: z.boolean(),
    length: z.int(),
    brokenAt: z
      .int()
      .optional()
      .meta({ description: "`seq` of the first row that does not follow from the one before." }),
  })
  .meta({ id: "AuditVerification" });

export const readinessSchema = z
  .object({
    ready: z.boolean(),
    registry: z.enum(["reachable", "unreachable"]),
    revision: z.int().nullable().meta({ description: "Current revision of the registry; null when unreachable." }),
    serving: z.int().nullable().meta({ description: "Revision that this isolate decides with." }),
    stale: z.boolean().meta({
      description:
        "The isolate could not check lately, or not take over what it found, and serves its last good snapshot.",
    }),
    setBack: z.boolean().meta({
      description:
        "The registry was restored to before what isolates run, and nobody has adopted it yet: `POST /registry/adopt`.",
    }),
    control: z
      .object({
        reachable: z.boolean(),
        differs: z.array(z.string()).meta({
          description: "Names of variables that the control plane's own Worker has otherwise than this one.",
        }),
      })
      .optional()
      .meta({ description: "Absent: this Worker is the control plane as well. At most ten seconds old." }),
  })
  .meta({ id: "Readiness" });

export const healthSchema = z.object({ status: z.literal("ok") }).meta({ id: "Health" });

export type TokenRequest = z.infer<typeof tokenRequestSchema>;
export type ApiToken = z.infer<typeof tokenSchema>;
export type MintedToken = z.infer<typeof mintedTokenSchema>;
export type TokenList = z.infer<typeof tokenListSchema>;
export type Whoami = z.infer<typeof whoamiSchema>;
export type AuditEntry = z.infer<typeof auditEntrySchema>;
export type AuditList = z.infer<typeof auditListSchema>;
export type AuditVerification = z.infer<typeof auditVerificationSchema>;
export type Readiness = z.infer<typeof readinessSchema>;
