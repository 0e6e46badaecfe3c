// The admin API's view of traffic: golden signals, the graph of who calls whom, reports and changes. Every answer says
// which time it is about, how exact that is and how old its newest part.
import * as z from "zod";

const time = z.string().meta({ description: "RFC 3339." });
const ms = z.number().nullable().meta({ description: "Milliseconds: the bound of the bucket; null = no requests." });

const windowSchema = z
  .object({
    from: time,
    to: time,
    seconds: z.number(),
    resolutionSeconds: z.number().meta({ description: "The edges of the window are as exact as that." }),
    asOf: time.nullable().meta({ description: "When isolates last told something; null = never." }),
    ageSeconds: z.number().nullable().meta({ description: "How long ago that was." }),
    countedSince: time.nullable().meta({ description: "Nothing was counted before." }),
    lost: z.int().meta({ description: "Requests that isolates counted and could not tell, ever." }),
    folded: z.int().meta({ description: "Requests in the window that stand in rows named `_other`." }),
    partial: z.boolean().meta({ description: "Not everyone who counts could be asked." }),
  })
  .meta({ id: "SignalWindow" });

const goldenSchema = z
  .object({
    requests: z.int(),
    perSecond: z.number().meta({ description: "Of the part of the window that was counted." }),
    errors: z.int().meta({ description: "Answers of 500 and more, the mesh's own among them." }),
    errorPercent: z.number(),
    clientErrors: z.int().meta({ description: "Answers of 400 to 499." }),
    limited: z.int().meta({ description: "Of these, 429." }),
    denied: z.int().meta({ description: "Of these, 401 and 403." }),
    meanMs: z.number().nullable(),
    p50Ms: ms,
    p90Ms: ms,
    p95Ms: ms,
    p99Ms: ms,
    inFlight: z.number().meta({ description: "Requests at once, on average." }),
    tries: z.int().meta({ description: "Calls of endpoints; more than requests = retries and hedges." }),
  })
  .meta({ id: "GoldenSignals" });

const pointSchema = z
  .object({
    at: time.meta({ description: "RFC 3339: when the step begins." }),
    requests: z.int(),
    errors: z.int(),
    limited: z.int(),
    denied: z.int(),
    meanMs: z.number().nullable(),
    p50Ms: ms,
    p95Ms: ms,
    p99Ms: ms,
  })
  .meta({ id: "SignalPoint" });

export const healthWords = ["failing", "degraded", "unknown", "draining", "idle", "healthy"] as const;
const stateSchema = z.enum(healthWords).meta({
  description: "`unknown`: what is counted cannot be read; `draining`: no endpoint takes new requests.",
});

const partSchema = z
  .object({ name: z.string().meta({ description: "`_other` = what had no row of its own." }), signals: goldenSchema })
  .meta({ id: "SignalPart" });

const endingSchema = z
  .object({
    status: z.int(),
    decision: z.string().meta({ description: "`forwarded`, `allowed`, or the stage that ended the request." }),
    policy: z.string().nullable(),
    requests: z.int(),
  })
  .meta({ id: "RequestEnding" });

const changeKinds = [
  "revision",
  "override",
  "breaker",
  "ejection",
  "rollout",
  "health",
  "failover",
  "drain",
  "key",
  "operator",
] as const;

const likelyCauseSchema = z
  .object({
    title: z.string(),
    kind: z.enum([...changeKinds, "dependency", "version", "endpoint", "caller"]),
    at: time.nullable().meta({ description: "When it was changed; null = it is no change." }),
    score: z.int().meta({ description: "Sum of the points in `why`; 3 is the least that is named." }),
    why: z.array(z.string()).readonly().meta({ description: "Which rules it met, with the points of each." }),
  })
  .meta({ id: "LikelyCause" });

const serviceSignalsSchema = z
  .object({
    namespace: z.string(),
    name: z.string(),
    state: stateSchema,
    reasons: z.array(z.string()).readonly().meta({ description: "Why it is in that state, the weightiest first." }),
    since: time
      .nullable()
      .meta({ description: "When it began to fail, to be limited or to refuse proofs; null = it does neither." }),
    until: time.nullable().optional().meta({
      description: "When what went wrong in the window was over; null or absent = it is not, or nothing was.",
    }),
    likely: z.array(likelyCauseSchema).readonly().meta({
      description: "What most likely made it so, by plain rules, the likeliest first; empty = no cause found.",
    }),
    endpoints: z.object({ total: z.int(), healthy: z.int() }),
    signals: goldenSchema,
    before: goldenSchema.meta({ description: "The same of the window before." }),
    versions: z.array(partSchema).readonly(),
    series: z.array(pointSchema).readonly(),
  })
  .meta({ id: "ServiceSignals" });

export const statsSchema = z
  .object({
    window: windowSchema,
    total: goldenSchema,
    before: goldenSchema,
    stepSeconds: z.number(),
    series: z.array(pointSchema).readonly(),
    services: z.array(serviceSignalsSchema).readonly().meta({ description: "The worst first." }),
    nowhere: goldenSchema.meta({ description: "Requests that led to no service." }),
    detail: z
      .object({
        routes: z.array(partSchema).readonly(),
        endpoints: z.array(partSchema).readonly(),
        clusters: z.array(partSchema).readonly(),
        callers: z.array(partSchema).readonly(),
        endings: z.array(endingSchema).readonly(),
        buckets: z
          .array(z.object({ upToMs: z.number().nullable(), requests: z.int() }))
          .readonly()
          .meta({ description: "How long requests took; not cumulative, empty ones left out; null = longer." }),
      })
      .nullable()
      .meta({ description: "Of the one service that was asked for; null = none was." }),
  })
  .meta({ id: "Stats" });

const nodeSchema = z
  .object({
    id: z
      .string()
      .meta({ description: "`service:<ns>/<name>`, `app:<ns>/<name>`, `gateway:<ns>/<name>`, `class:<word>`" }),
    kind: z.enum(["service", "application", "gateway", "class"]),
    namespace: z.string().nullable(),
    name: z.string(),
    state: stateSchema.nullable().meta({ description: "Of a service." }),
    reasons: z.array(z.string()).readonly(),
    versions: z.array(partSchema).readonly(),
    endpoints: z.object({ total: z.int(), healthy: z.int() }).nullable(),
    signals: goldenSchema.nullable().meta({ description: "Of what it was asked; null = it is no service." }),
  })
  .meta({ id: "GraphNode" });

const edgeSchema = z
  .object({
    from: z.string(),
    to: z.string(),
    declared: z
      .array(z.string())
      .readonly()
      .meta({ description: "Documents that say so, as `Kind/namespace/name`; empty = only traffic does." }),
    signals: goldenSchema.nullable().meta({ description: "null = there was no traffic in the window." }),
  })
  .meta({ id: "GraphEdge" });

export const graphSchema = z
  .object({
    window: windowSchema,
    revision: z.int(),
    nodes: z.array(nodeSchema).readonly(),
    edges: z.array(edgeSchema).readonly(),
  })
  .meta({ id: "Graph" });

const meshChangeSchema = z
  .object({
    at: time,
    kind: z.enum(changeKinds),
    service: z.string().nullable().meta({ description: "`<ns>/<name>`; null = not about one alone." }),
    actor: z.string().nullable(),
    revision: z.int().nullable(),
    title: z.string(),
    detail: z.string().nullable(),
  })
  .meta({ id: "MeshChange" });

export const changeListSchema = z
  .object({ from: time, to: time, items: z.array(meshChangeSchema).readonly(), partial: z.boolean() })
  .meta({ id: "MeshChangeList" });

const downtimeSchema = z
  .object({
    from: time,
    to: time,
    seconds: z.number(),
    requests: z.int(),
    errors: z.int(),
    ongoing: z.boolean(),
    causes: z.array(z.string()).readonly(),
    changes: z.array(meshChangeSchema).readonly().meta({ description: "Within ten minutes before it began." }),
  })
  .meta({ id: "Downtime" });

const serviceReportSchema = z
  .object({
    namespace: z.string(),
    name: z.string(),
    signals: goldenSchema,
    availabilityPercent: z.number().nullable().meta({ description: "Answers below 500; null = no requests." }),
    budget: z.object({
      objectivePercent: z.number(),
      allowed: z.number().meta({ description: "Errors that the objective allows for so many requests." }),
      spent: z.int(),
      spentPercent: z.number().nullable(),
    }),
    downtime: z.array(downtimeSchema).readonly().meta({ description: "The last ten." }),
    downTimes: z.number().meta({ description: "How often it was down in the window." }),
    downSeconds: z.number().meta({ description: "How long, all of these times together." }),
    transactions: z.array(partSchema).readonly().meta({ description: "By route, the busiest first." }),
    callers: z.array(partSchema).readonly(),
    endings: z.array(endingSchema).readonly(),
  })
  .meta({ id: "ServiceReport" });

export const reportSchema = z
  .object({
    window: windowSchema,
    stepSeconds: z.number(),
    items: z.array(serviceReportSchema).readonly(),
    more: z
      .number()
      .meta({ description: "Services beyond the 200 that are told, by name: ask for these by `service`." }),
  })
  .meta({ id: "Report" });

export type Golden = z.infer<typeof goldenSchema>;
export type SignalPart = z.infer<typeof partSchema>;
export type SeriesPoint = z.infer<typeof pointSchema>;
export type RequestEnding = z.infer<typeof endingSchema>;
export type HealthWord = (typeof healthWords)[number];
export type SignalWindow = z.infer<typeof windowSchema>;
export type Stats = z.infer<typeof statsSchema>;
export type ServiceSignals = z.infer<typeof serviceSignalsSchema>;
export type LikelyCause = z.infer<typeof likelyCauseSchema>;
export type Graph = z.infer<typeof graphSchema>;
export type GraphNode = z.infer<typeof nodeSchema>;
export type GraphEdge = z.infer<typeof edgeSchema>;
export type MeshChange = z.infer<typeof meshChangeSchema>;
export type Downtime = z.infer<typeof downtimeSchema>;
export type ServiceReport = z.infer<typeof serviceReportSchema>;
export type Report = z.infer<typeof reportSchema>;
