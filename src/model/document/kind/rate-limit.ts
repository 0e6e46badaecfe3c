// `RateLimitPolicy`: limits that must all have room, and the headers that tell callers where they stand.
import * as z from "zod";
import { callerKeySchema } from "../field/caller-key.ts";
import { positiveDurationSchema } from "../field/duration.ts";
import { refuseRepeats } from "../field/http-header.ts";
import { nameSchema } from "../field/names.ts";
import { targetRefsSchema } from "../field/target-ref.ts";
import { OURS, type KindEntry } from "../field/kind-entry.ts";
import { say } from "../../word/wording.ts";

const limitSchema = z.strictObject({
  name: nameSchema.describe("Shown in headers, reports and refusals."),
  requests: z.int().min(1).max(1_000_000_000).describe("Requests per window and key."),
  window: positiveDurationSchema.describe("Time in which that many may pass."),
  burst: z
    .int()
    .min(1)
    .max(1_000_000_000)
    .optional()
    .describe("Requests that may come back to back (gcra); absent: as many as requests."),
  key: z.array(callerKeySchema).max(8).default(["client"]).describe("Empty: one bucket for everybody."),
  mode: z
    .enum(["leased", "strict", "local"])
    .default("leased")
    .describe("leased: counted mesh-wide, decided from leased quota. strict: asked each time. local: per isolate."),
  algorithm: z
    .enum(["gcra", "fixed-window"])
    .default("gcra")
    .describe("gcra: even pace with bursts. fixed-window: the window opens at the first request."),
  whenUnavailable: z
    .enum(["local-estimate", "allow", "deny"])
    .default("local-estimate")
    .describe("What happens when the counter cannot be reached."),
  shadow: z.boolean().default(false).describe("Counts and reports, never refuses."),
  queue: z
    .strictObject({ maxWait: positiveDurationSchema.default("1s"), max: z.int().min(1).max(10_000).default(50) })
    .optional()
    .describe("Spike control: hold a request instead of refusing it."),
});

/** A list of limits, each with its own name. */
export const limitsSchema = z
  .array(limitSchema)
  .max(32)
  .superRefine((limits, context) =>
    refuseRepeats(
      "limit",
      limits.map((limit) => limit.name),
      context,
    ),
  );

const rateLimitPolicySpecSchema = z
  .strictObject({
    targetRefs: targetRefsSchema,
    limits: limitsSchema.default([]),
    sla: z
      .boolean()
      .default(false)
      .describe("For callers with a contract in force their tier's limits take the place of these."),
    headers: z
      .enum(["ietf", "anypoint", "envoy", "none"])
      .default("ietf")
      .describe("Which headers report the limit to callers."),
  })
  .refine(({ limits, sla }) => sla || limits.length > 0, {
    error: say("The policy limits nothing", "Add an entry to limits, or sla: true for the callers' contract tiers."),
    path: ["limits"],
  });

export const rateLimitPolicy = {
  kind: "RateLimitPolicy",
  apiVersions: OURS,
  plural: "ratelimitpolicies",
  short: ["rlp"],
  scope: "namespace",
  says: "Limits on requests, and the headers that report them.",
  spec: rateLimitPolicySpecSchema,
} as const satisfies KindEntry;

export type LimitSpec = z.infer<typeof limitSchema>;
