// Dynamic registration and discovery: what an agent sends and hears, and what the catalog tells people and programs.
import * as z from "zod";
import { positiveDurationSchema } from "../document/field/duration.ts";
import { bindingSchema, documentNameSchema, nameSchema, versionSchema } from "../document/field/names.ts";
import { endpointUrlSchema } from "../document/field/url.ts";
import { say } from "../word/wording.ts";

/** `PUT …/endpoints/{id}`. Exactly one of `url` and `binding`. */
export const endpointRequestSchema = z
  .strictObject({
    url: endpointUrlSchema.optional().meta({ description: "Absolute http(s) URL without query or fragment." }),
    binding: bindingSchema.optional().meta({ description: "Name of a service binding to another Worker." }),
    cluster: documentNameSchema
      .optional()
      .meta({ description: "`local` under `selvage up`, else `default`, when left out." }),
    version: versionSchema.optional(),
    weight: z.int().min(0).max(1_000_000).default(1),
    priority: z.int().min(0).max(127).default(0),
    ttl: positiveDurationSchema.optional().meta({
      description: "Lease without a heartbeat, 1s to 24h. Left out: no lease, the endpoint stays until it is deleted.",
    }),
  })
  .refine(({ url, binding }) => (url === undefined) !== (binding === undefined), {
    error: say("An endpoint is either a url or a binding", "Give exactly one of the two."),
  })
  .meta({ id: "EndpointRequest" });

/** An endpoint as answers show it, whether written in the Service document or registered. */
export const endpointStateSchema = z
  .object({
    id: z.string(),
    namespace: z.string(),
    service: z.string(),
    url: z.string().optional(),
    binding: z.string().optional(),
    cluster: z.string(),
    version: z.string().nullable(),
    weight: z.int(),
    priority: z.int(),
    source: z.enum(["static", "dynamic"]),
    draining: z.boolean(),
    health: z.enum(["healthy", "unhealthy", "draining", "unknown"]).meta({
      description:
        "`unhealthy`: its health checks fail, or the calls sent to it do; `healthy`: its checks pass, or its heartbeats arrive in " +
        "time; `unknown`: it has neither, so nobody can tell while it is not called.",
    }),
    healthSince: z.string().nullable().meta({ description: "RFC 3339: when that began; null = not known." }),
    healthCause: z.string().nullable().meta({
      description:
        "Why it is unhealthy, or what is wrong with it although it is not (slow, some calls fail); null = nothing.",
    }),
    healthFrom: z.enum(["checks", "calls", "lease"]).nullable().meta({ description: "Who says so; null = nobody." }),
    ttl: z.string().nullable().meta({ description: "null = no lease." }),
    registeredAt: z.string().nullable(),
  })
  .meta({ id: "Endpoint" });

export const endpointListSchema = z
  .object({
    items: z.array(endpointStateSchema).readonly(),
    generation: z.int().meta({ description: "Counts changes of dynamic endpoints, mesh-wide." }),
  })
  .meta({ id: "EndpointList" });

/** At most 500 endpoints in one batch. */
export const heartbeatRequestSchema = z
  .strictObject({
    endpoints: z
      .array(z.strictObject({ namespace: nameSchema.default("default"), service: nameSchema, id: nameSchema }))
      .min(1)
      .max(500),
  })
  .meta({ id: "HeartbeatRequest" });

export const heartbeatResultSchema = z
  .object({
    results: z
      .array(
        z.object({
          namespace: z.string(),
          service: z.string(),
          id: z.string(),
          ok: z.boolean().meta({ description: "false: not registered (any more); register again." }),
          expiresAt: z.string().nullable().meta({ description: "When the lease ends without a further heartbeat." }),
        }),
      )
      .readonly(),
  })
  .meta({ id: "HeartbeatResult" });

const catalogServiceSchema = z
  .object({
    namespace: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    owner: z.string().nullable(),
    exposure: z.enum(["mesh", "public"]),
    labels: z.record(z.string(), z.string()).readonly(),
    addresses: z.array(z.string()).readonly().meta({ description: "Where callers reach it through the mesh." }),
    versions: z.array(z.object({ version: z.string().nullable(), endpoints: z.int() })).readonly(),
    endpoints: z.array(endpointStateSchema).readonly(),
    openapi: z.string().nullable().meta({ description: "Path of the specification in this API; null = it has none." }),
    links: z.array(z.record(z.string(), z.unknown())).readonly(),
    tiers: z
      .array(
        z.object({
          name: z.string(),
          approval: z.enum(["auto", "manual"]),
          limits: z.array(z.object({ name: z.string(), requests: z.int(), window: z.string() })).readonly(),
        }),
      )
      .readonly()
      .optional()
      .meta({ description: "What a contract can be asked for; in the consumers' view." }),
    contracts: z
      .array(z.object({ application: z.string(), tier: z.string() }))
      .readonly()
      .optional()
      .meta({ description: "Of the reader's applications, in force; in the consumers' view." }),
  })
  .meta({ id: "CatalogService" });

export const catalogSchema = z
  .object({ items: z.array(catalogServiceSchema).readonly(), revision: z.int() })
  .meta({ id: "Catalog" });

export type EndpointRequest = z.infer<typeof endpointRequestSchema>;
export type EndpointState = z.infer<typeof endpointStateSchema>;
export type HeartbeatRequest = z.infer<typeof heartbeatRequestSchema>;
export type HeartbeatResult = z.infer<typeof heartbeatResultSchema>;
export type CatalogService = z.infer<typeof catalogServiceSchema>;
export type Catalog = z.infer<typeof catalogSchema>;
