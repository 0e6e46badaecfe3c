// The admin API's view of Rollouts: how far each has come, what speaks for and against its step, and what an operator
// may say about it.
import * as z from "zod";

const versionSchema = z.object({
  version: z.string(),
  requests: z.int().meta({ description: "Dealt to it in the step that is in force; of a `match` none." }),
  failed: z.int().meta({ description: "Of those, failures of the service by their first try." }),
  p99Ms: z.number().nullable().meta({ description: "null: fewer than a hundred of them succeeded." }),
});

const guardSchema = z.object({
  name: z.enum(["errors", "max-errors", "latency", "streak", "breaker", "stable", "data", "requests", "time"]),
  verdict: z
    .enum(["passes", "waits", "fails"])
    .meta({ description: "`waits` holds the step, `fails` takes the canary out." }),
  says: z.string(),
});

const lookSchema = z.object({
  at: z.string().meta({ description: "RFC 3339: the end of the interval." }),
  weight: z.number(),
  stable: z.int(),
  stableFailed: z.int(),
  canary: z.int(),
  canaryFailed: z.int(),
  odds: z.number(),
});

const turnSchema = z.object({
  at: z.string().meta({ description: "RFC 3339." }),
  phase: z.enum(["progressing", "paused", "promoted", "rolled-back", "aborted"]),
  step: z.int().meta({ description: "From 1." }),
  weight: z.number().meta({ description: "In force from then on, percent." }),
  reason: z.string(),
  actor: z.string().nullable().meta({ description: "null: the controller." }),
});

const rolloutStatusSchema = z
  .object({
    namespace: z.string(),
    name: z.string(),
    service: z.string(),
    stable: versionSchema,
    canary: versionSchema,
    known: z.boolean().meta({ description: "false: the controller could not be asked, or has not begun." }),
    phase: turnSchema.shape.phase
      .nullable()
      .meta({ description: "`rolled-back` by what was seen, `aborted` by somebody; null: not known." }),
    version: z.int().meta({ description: "Of the state: what `If-Match` names." }),
    weight: z.number().meta({ description: "Percent of callers that the canary gets." }),
    step: z.int().meta({ description: "From 1; 0: not known." }),
    steps: z.array(
      z.object({
        weight: z.number(),
        holdMs: z.int().nullable().meta({ description: "null: until somebody promotes." }),
      }),
    ),
    stepSince: z.string().nullable().meta({ description: "RFC 3339." }),
    watchedMs: z.int().meta({ description: "How long the step was watched; time without calls is none." }),
    heardAt: z.string().nullable().meta({ description: "RFC 3339: when an isolate last told of calls." }),
    odds: z.number().meta({ description: "The most that a bet against the canary stands at." }),
    alarm: z.number().meta({ description: "The odds that take it out." }),
    guards: z.array(guardSchema).meta({ description: "None while nobody watches." }),
    looks: z.array(lookSchema).meta({ description: "The last ones, the oldest first." }),
    turns: z.array(turnSchema).meta({ description: "What was decided, the oldest first." }),
  })
  .meta({ id: "RolloutStatus" });

export const rolloutListSchema = z
  .object({
    items: z.array(rolloutStatusSchema),
    more: z.boolean().meta({ description: "There are more than one answer asks: name a namespace." }),
  })
  .meta({ id: "RolloutList" });

export const rolloutOrderSchema = z
  .strictObject({
    reason: z.string().min(1).max(500).optional().meta({ description: "Kept in the audit, and shown." }),
  })
  .meta({ id: "RolloutOrder" });

export const rolloutPromotionSchema = rolloutOrderSchema
  .extend({ full: z.boolean().default(false).meta({ description: "To the last step, and not only to the next." }) })
  .meta({ id: "RolloutPromotion" });

export const rolloutReceiptSchema = rolloutStatusSchema
  .extend({
    obeyedWithinMs: z
      .int()
      .nullable()
      .meta({
        description:
          "Every isolate deals by it within so many milliseconds, one that was idle with its next request. null: the mesh object " +
          "could not be told yet, and only isolates that report calls of the service hear of it.",
      }),
  })
  .meta({ id: "RolloutReceipt" });

export type RolloutStatus = z.infer<typeof rolloutStatusSchema>;
export type RolloutList = z.infer<typeof rolloutListSchema>;
export type RolloutReceipt = z.infer<typeof rolloutReceiptSchema>;
