// What the admin API says about limits: how much of each is used, by which key.
import { z } from "zod";

export const limitUseSchema = z
  .object({
    namespace: z.string(),
    policy: z.string().meta({ description: "Name of the RateLimitPolicy." }),
    limit: z.string(),
    key: z.array(z.string()).readonly().meta({
      description: "The parts of the limit's key, in their order; empty = one bucket for everybody.",
    }),
    overflow: z.boolean().meta({ description: "true: the bucket that the keys beyond the first 10 000 share." }),
    mode: z.enum(["leased", "strict", "local"]).nullable().meta({ description: "null = the limit is gone." }),
    shadow: z.boolean(),
    capacity: z.int().meta({ description: "Requests that may come at once when nothing is used." }),
    used: z.int().meta({ description: "Used, or held by isolates." }),
    leased: z.int().meta({ description: "Held by isolates and not known to be spent." }),
    refused: z.int().meta({ description: "Requests refused since the coordinator last started; shadow ones too." }),
    resetMs: z.number().meta({ description: "Until nothing is used any more, milliseconds." }),
  })
  .meta({ id: "LimitUse" });

export const limitListSchema = z
  .object({
    items: z.array(limitUseSchema).readonly().meta({ description: "Nearest to exhaustion first." }),
    unreachable: z.array(z.string()).readonly().meta({
      description: "`<namespace>/<policy>` of policies whose coordinator did not answer.",
    }),
  })
  .meta({ id: "LimitList" });

export type LimitUseAnswer = z.infer<typeof limitUseSchema>;
export type LimitList = z.infer<typeof limitListSchema>;
