// The admin API's view of breakers: what is open, since when, and what an operator may force.
import * as z from "zod";
import { parseDuration, positiveDurationSchema } from "../document/field/duration.ts";
import { say } from "../word/wording.ts";

/** Longest time that a state may be forced for: who forgets it is helped within a day. */
const MAX_FORCED_MS = 86_400_000;

const forcedSchema = z.object({
  version: z.string().nullable().meta({ description: "null = the whole service." }),
  state: z.enum(["open", "closed"]),
  until: z.string().meta({ description: "RFC 3339." }),
  reason: z.string(),
});

const breakerSchema = z.object({
  policy: z.string().meta({ description: "The TrafficPolicy, `<namespace>/<name>`." }),
  target: z.enum(["version", "endpoint"]),
  name: z.string().meta({ description: "Of the version (empty: endpoints without one) or the endpoint." }),
  state: z.enum(["closed", "open", "half-open"]),
  since: z.string().meta({ description: "RFC 3339: when the state began." }),
  until: z.string().nullable().meta({ description: "RFC 3339: the earliest end of an open state." }),
  ok: z.int().meta({ description: "Calls in the window." }),
  failed: z.int(),
  slow: z.int(),
  ejectedUntil: z.string().nullable().meta({ description: "RFC 3339: until then the endpoint is left out." }),
  local: z
    .object({
      isolates: z.int(),
      until: z.string().meta({ description: "RFC 3339: when the last of them tries again." }),
    })
    .nullable()
    .meta({ description: "Isolates whose own breakers keep calls from it, whatever the fleet's state; null = none." }),
});

const endpointHealthSchema = z.object({
  endpoint: z.string(),
  state: z.enum(["healthy", "unhealthy", "unknown"]),
  since: z.string().meta({ description: "RFC 3339: when the state began." }),
  checkedAt: z.string().nullable().meta({ description: "RFC 3339: the last probe." }),
  cause: z.string().nullable().meta({ description: "Why the last failing probe failed." }),
  leftOut: z.boolean().meta({ description: "Whether it is left out while there are enough others." }),
});

const concurrencySchema = z.object({
  policy: z.string().meta({ description: "The TrafficPolicy, `<namespace>/<name>`." }),
  max: z.int().meta({ description: "Requests at once, of the whole fleet." }),
  limit: z.number().meta({ description: "The cap at the moment: less than `max` where it gives way to latency." }),
  inUse: z.int().meta({ description: "Requests on their way, as isolates last said." }),
  lent: z.int().meta({ description: "Slots that isolates hold, used or not." }),
  queue: z.int().meta({ description: "Requests that may wait at once." }),
  waiting: z.int(),
  isolates: z.int().meta({ description: "Isolates that hold slots." }),
});

const retryAllowanceSchema = z.object({
  policy: z.string(),
  perSecond: z.number().meta({ description: "Retries that need no requests to earn them, of the whole fleet." }),
  left: z.int().meta({ description: "How many of them could be made now." }),
});

const serviceBreakersSchema = z
  .object({
    namespace: z.string(),
    service: z.string(),
    known: z.boolean().meta({ description: "false: the service's coordinator could not be asked." }),
    forced: z.array(forcedSchema).readonly(),
    breakers: z.array(breakerSchema).readonly().meta({ description: "Of what was called lately." }),
    health: z.array(endpointHealthSchema).readonly().meta({ description: "Of endpoints that are probed now." }),
    concurrency: z
      .array(concurrencySchema)
      .readonly()
      .meta({ description: "Caps under which isolates hold slots now." }),
    retryAllowances: z
      .array(retryAllowanceSchema)
      .readonly()
      .meta({ description: "Of retry budgets that were asked in the last minute." }),
  })
  .meta({ id: "ServiceBreakers" });

export const breakerListSchema = z
  .object({
    items: z.array(serviceBreakersSchema).readonly(),
    more: z
      .boolean()
      .meta({ description: "There are more services than one answer asks: name a namespace or service." }),
  })
  .meta({ id: "BreakerList" });

export const forceRequestSchema = z
  .strictObject({
    state: z.enum(["open", "closed", "auto"]).meta({
      description: "`open` refuses, `closed` lets everything through, `auto` leaves it to the breaker again.",
    }),
    ttl: positiveDurationSchema
      .refine((text) => (parseDuration(text) ?? 0) <= MAX_FORCED_MS, {
        error: say("The state may be forced for a day at most", "Write 24h or less."),
      })
      .default("10m"),
    reason: z
      .string()
      .min(1)
      .max(500)
      .meta({ description: "Shown to callers who are refused, and kept in the audit." }),
    version: z.string().min(1).max(100).optional().meta({ description: "Left out: the whole service." }),
  })
  .meta({ id: "ForceRequest" });

export const forceReceiptSchema = serviceBreakersSchema
  .extend({
    obeyedWithinMs: z
      .int()
      .nullable()
      .meta({
        description:
          "Every isolate decides by the order within so many milliseconds, one that was idle with its next request. null: the mesh " +
          "object could not be told yet, and only isolates with traffic for the service hear of it.",
      }),
  })
  .meta({ id: "ForceReceipt" });

export type ForceReceipt = z.infer<typeof forceReceiptSchema>;
export type ForceRequest = z.input<typeof forceRequestSchema>;
export type ServiceBreakers = z.infer<typeof serviceBreakersSchema>;
export type BreakerList = z.infer<typeof breakerListSchema>;
