// What the admin API says about limits: how much of each is used, by which key.
import * as z from "zod";

const limitUseSchema = z
  .object({
    namespace: z.string(),
    kind: z.enum(["RateLimitPolicy", "Tier"]),
    policy: z.string().meta({ description: "Name of the RateLimitPolicy or the Tier." }),
    limit: z.string(),
    key: z.array(z.string()).readonly().meta({
      description: "The parts of the limit's key, in their order; empty = one bucket for everybody.",
    }),
    application: z.string().nullable().meta({
      description: "`<namespace>/<name>` of the Application whose use it is; null = none, or not told apart by that.",
    }),
    contract: z.string().nullable().meta({
      description: "Of a Tier: `<namespace>/<name>` of the Contract by which the application has it now.",
    }),
    overflow: z.boolean().meta({ description: "true: the bucket that the keys beyond the first 10 000 share." }),
    mode: z.enum(["leased", "strict", "local"]).nullable().meta({ description: "null = the limit is gone." }),
    shadow: z.boolean(),
    capacity: z.int().meta({ description: "Requests that may come at once when nothing is used." }),
    used: z.int().meta({ description: "Used, or held by isolates." }),
    leased: z.int().meta({ description: "Held by isolates and not known to be spent." }),
    refused: z
      .int()
      .meta({ description: "Requests refused in the last hour, as far as isolates have told; shadow ones too." }),
    resetMs: z.number().meta({ description: "Until nothing is used any more, milliseconds." }),
  })
  .meta({ id: "LimitUse" });

const durationText = z.string().meta({ description: "A Go duration: `1m`." });

const limitNumbersSchema = z
  .object({
    requests: z.int(),
    window: durationText,
    burst: z.int(),
    algorithm: z.enum(["gcra", "fixed-window"]),
  })
  .meta({ id: "LimitNumbers" });

const demandShape = {
  asked: z.int().meta({ description: "Requests that came to the limit." }),
  refused: z.int().meta({ description: "Those that the limit refused as it was; shadow ones too." }),
  wouldRefuse: z.int().meta({ description: "Those that it would have refused with the numbers asked about." }),
  peakPerSecond: z.int().meta({ description: "Requests in the busiest second." }),
};

const limitPreviewSchema = z
  .object({
    namespace: z.string(),
    policy: z.string(),
    limit: z.string(),
    mode: z.enum(["leased", "strict", "local"]),
    shadow: z.boolean(),
    numbers: limitNumbersSchema.meta({ description: "What was asked about." }),
    current: limitNumbersSchema.meta({ description: "What the limit says now." }),
    since: z.string().nullable().meta({
      description: "Start of what is known, at most an hour ago; null = no request is known of.",
    }),
    ...demandShape,
    unattributed: z.int().meta({
      description: "Requests of keys beyond the 200 busiest of a minute: their sum is known, and counts as admitted.",
    }),
    keys: z
      .array(z.object({ key: z.array(z.string()).readonly(), overflow: z.boolean(), ...demandShape }))
      .readonly()
      .meta({ description: "Those that would be refused most, first; at most as many as asked for." }),
    moreKeys: z.int().meta({ description: "Keys that are not shown." }),
  })
  .meta({ id: "LimitPreview" });

export const limitPreviewListSchema = z
  .object({ items: z.array(limitPreviewSchema).readonly() })
  .meta({ id: "LimitPreviewList" });

export type LimitPreviewAnswer = z.infer<typeof limitPreviewSchema>;
export type LimitPreviewList = z.infer<typeof limitPreviewListSchema>;

const limitCoordinatorSchema = z
  .object({
    policy: z.string().meta({ description: "`<namespace>/<policy>`, or `tier:<namespace>/<tier>`." }),
    since: z.string().meta({ description: "When its coordinator was last started." }),
    questions: z.int().meta({ description: "Batched questions about quota since then, from all isolates." }),
    strict: z.int().meta({ description: "Single requests that strict limits asked it about." }),
    givenBack: z.int().meta({ description: "Requests under strict limits that another limit refused." }),
  })
  .meta({ id: "LimitCoordinator" });

export const limitListSchema = z
  .object({
    items: z.array(limitUseSchema).readonly().meta({ description: "Nearest to exhaustion first." }),
    coordinators: z.array(limitCoordinatorSchema).readonly().meta({
      description: "How often isolates called the coordinator of each policy that has one.",
    }),
    unreachable: z.array(z.string()).readonly().meta({
      description: "Those whose coordinator did not answer, as in `coordinators`.",
    }),
  })
  .meta({ id: "LimitList" });

export type LimitUseAnswer = z.infer<typeof limitUseSchema>;
export type CoordinatorCalls = z.infer<typeof limitCoordinatorSchema>;
export type LimitList = z.infer<typeof limitListSchema>;
