// What the admin API says of requests that were kept, and of the traces that they are part of.
import * as z from "zod";

const stepSchema = z
  .object({
    stage: z.string(),
    atMs: z
      .number()
      .meta({ description: "Since the request came, milliseconds; the clock of a Worker stands between calls." }),
    facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string()).readonly()])),
  })
  .meta({ id: "RequestStep" });

const callSchema = z
  .object({
    purpose: z.enum(["attempt", "mirror", "external-auth"]),
    service: z.string(),
    endpoint: z.string(),
    cluster: z.string(),
    version: z.string().nullable(),
    fromMs: z.number(),
    toMs: z.number().nullable().meta({ description: "null = it had not ended when this was written." }),
    status: z.int().nullable(),
    failure: z.string().nullable(),
    spanId: z.string(),
  })
  .meta({ id: "RequestCall" });

export const receiptSchema = z
  .object({
    requestId: z.string(),
    traceId: z.string(),
    at: z.string(),
    tookMs: z.number(),
    keptFor: z.enum(["refused", "error", "slow", "sampled", "asked", "watched"]).meta({
      description:
        "`asked` = an operator had it traced; `watched` = it is shown to those who watch just now, and kept no longer.",
    }),
    method: z.string(),
    host: z.string(),
    path: z.string().meta({ description: "Without its query, which is not kept." }),
    clientIp: z.string().nullable(),
    caller: z.string().meta({ description: "A principal of the mesh, `user`, or `anonymous`." }),
    service: z.string().meta({ description: "`<namespace>/<name>`; empty = it went to none." }),
    version: z.string().nullable(),
    endpoint: z.string().nullable(),
    route: z.string(),
    status: z.int(),
    decision: z.string().meta({ description: "The stage that decided; `forwarded` = the service answered." }),
    policy: z.string().nullable(),
    code: z.string().nullable(),
    detail: z.string().nullable(),
    revision: z.int(),
    held: z.record(z.string(), z.array(z.string()).readonly()).meta({
      description: "Policies that were in force where it went, by kind: those of namespaces that you may see.",
    }),
    read: z.record(z.string(), z.string()).meta({
      description: "`header:x-tenant`, `query:v`: keyed digests of the values that rules read.",
    }),
    steps: z
      .array(stepSchema)
      .readonly()
      .meta({ description: "Empty unless the request was traced from its beginning." }),
    calls: z.array(callSchema).readonly(),
  })
  .meta({ id: "KeptRequest" });

export const tracePassSchema = z
  .object({ pass: z.string().meta({ description: "For the header `selvage-trace`." }), expiresAt: z.string() })
  .meta({ id: "TracePass" });

export const receiptListSchema = z
  .object({
    items: z.array(receiptSchema).readonly(),
    dropped: z.int().meta({ description: "Requests that were to be kept and were not, because there were too many." }),
  })
  .meta({ id: "KeptRequestList" });

export const tailSchema = receiptListSchema
  .extend({ cursor: z.string().meta({ description: "Where to go on." }) })
  .meta({ id: "TailPage" });

const spanValue = z.union([z.string(), z.number(), z.boolean()]);

const spanSchema = z
  .object({
    spanId: z.string(),
    parentSpanId: z.string().nullable(),
    name: z.string(),
    kind: z.enum(["server", "client"]),
    start: z.string(),
    startMs: z.number().meta({ description: "Since the trace began." }),
    tookMs: z.number(),
    isError: z.boolean(),
    attributes: z.record(z.string(), spanValue),
    events: z
      .array(z.object({ name: z.string(), atMs: z.number(), attributes: z.record(z.string(), spanValue) }))
      .readonly(),
  })
  .meta({ id: "Span" });

export const traceSchema = z
  .object({ traceId: z.string(), start: z.string(), tookMs: z.number(), spans: z.array(spanSchema).readonly() })
  .meta({ id: "Trace" });

export const traceListSchema = z
  .object({
    items: z
      .array(
        z
          .object({
            traceId: z.string(),
            start: z.string(),
            tookMs: z.number(),
            requests: z.int(),
            name: z.string(),
            service: z.string(),
            status: z.int(),
            keptFor: z.string(),
          })
          .meta({ id: "TraceSummary" }),
      )
      .readonly(),
    dropped: z.int(),
  })
  .meta({ id: "TraceList" });

export type TracePassShown = z.infer<typeof tracePassSchema>;
export type ReceiptShown = z.infer<typeof receiptSchema>;
export type ReceiptList = z.infer<typeof receiptListSchema>;
export type TraceShown = z.infer<typeof traceSchema>;
export type TraceList = z.infer<typeof traceListSchema>;
