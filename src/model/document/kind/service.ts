// `Service` (selvage.dev): a registry entry with its static endpoints, who may call it by its own address, how it is
// probed.
import * as z from "zod";
import { positiveDurationSchema } from "../field/duration.ts";
import { bindingSchema, documentNameSchema, versionSchema } from "../field/names.ts";
import { probePathSchema } from "../field/path.ts";
import { endpointUrlSchema, resourceUrlSchema } from "../field/url.ts";
import { RECEIVABLE, RECEIVED_BY_DEFAULT } from "../../snapshot/receive.ts";
import { quote, say } from "../../word/wording.ts";

const endpointSchema = z
  .strictObject({
    url: endpointUrlSchema
      .optional()
      .describe("Where it is: absolute http(s), without credentials, query or fragment; its path is a prefix."),
    binding: bindingSchema.optional().describe("Name of a service binding to another Worker."),
    cluster: documentNameSchema
      .optional()
      .describe("Absent: the built-in cluster, local under selvage up, default elsewhere."),
    version: versionSchema.optional().describe("Version of the service that it runs."),
    weight: z.int().min(0).max(1_000_000).default(1).describe("Share among endpoints of equal priority; 0 = drained."),
    priority: z
      .int()
      .min(0)
      .max(127)
      .default(0)
      .describe("0 is preferred; higher ones take over when lower ones are not available."),
  })
  .refine(({ url, binding }) => (url === undefined) !== (binding === undefined), {
    error: say("An endpoint is either a url or a binding", "Give exactly one of the two."),
  });

const statusRangeSchema = z.string().regex(/^[1-5][0-9]{2}(-[1-5][0-9]{2})?$/, {
  error: (issue) => say(`${quote(issue.input)} is not a status or a range of them`, 'Write "200" or "200-299".'),
});

const healthCheckSchema = z.strictObject({
  path: probePathSchema.default("/healthz").describe("What is asked for."),
  interval: positiveDurationSchema.default("10s").describe("Time between two probes."),
  timeout: positiveDurationSchema.default("2s").describe("How long a probe may take."),
  healthyThreshold: z.int().min(1).max(100).default(2).describe("Passing probes until it is healthy again."),
  unhealthyThreshold: z.int().min(1).max(100).default(3).describe("Failing probes until it is unhealthy."),
  expectedStatuses: z
    .array(statusRangeSchema)
    .min(1)
    .max(16)
    .default(["200-299"])
    .describe("Statuses of a passing probe."),
});

const openapiSchema = z
  .strictObject({ url: resourceUrlSchema.optional(), inline: z.record(z.string(), z.unknown()).optional() })
  .refine(({ url, inline }) => (url === undefined) !== (inline === undefined), {
    error: say("The OpenAPI description comes from exactly one place", "Give url, or the description under inline."),
  });

export const serviceSpecSchema = z.strictObject({
  description: z.string().max(4096).optional().describe("For people: what the service does."),
  owner: z.string().max(253).optional().describe("For people: whom to ask."),
  exposure: z
    .enum(["mesh", "public"])
    .default("mesh")
    .describe("mesh: callers of the service's own address need an identity. public: anonymous callers may."),
  assertion: z
    .enum(["caller", "request"])
    .default("caller")
    .describe(
      "What selvage-assertion binds: the caller (reused for at most 30 s), or method and path of each request too.",
    ),
  receive: z
    .array(z.enum(RECEIVABLE))
    .max(32)
    .optional()
    .describe(
      `Headers that the mesh adds to its requests; tracestate comes with traceparent. Absent: ${RECEIVED_BY_DEFAULT.join(", ")}.`,
    ),
  endpoints: z
    .array(endpointSchema)
    .max(1000)
    .default([])
    .describe("Where the service runs; endpoints that register themselves add to these."),
  healthCheck: healthCheckSchema.optional().describe("How its endpoints are probed."),
  openapi: openapiSchema.optional().describe("Its OpenAPI description, by url or inline."),
  links: z
    .array(z.strictObject({ title: z.string().min(1).max(253).optional(), url: resourceUrlSchema }))
    .max(32)
    .default([]),
});

export type ServiceEndpoint = z.infer<typeof endpointSchema>;
export type HealthCheckSpec = z.infer<typeof healthCheckSchema>;
