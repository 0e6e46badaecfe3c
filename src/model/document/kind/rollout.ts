// `Rollout`: a progressive canary of one service: the steps, what is watched, and who is always or consistently in it.
import * as z from "zod";
import { callerKeySchema } from "../field/caller-key.ts";
import { positiveDurationSchema } from "../field/duration.ts";
import { headerMatchSchema } from "../gateway-api/http-route-match.ts";
import { nameSchema, versionSchema } from "../field/names.ts";
import { say } from "../../word/wording.ts";

const analysisSchema = z.strictObject({
  maxErrorPercent: z.number().min(0).max(100).default(1).describe("Percent of canary requests that may fail."),
  maxP99Ratio: z.number().min(1).max(1000).default(1.5).describe("Canary p99 divided by stable p99."),
  minRequests: z.int().min(0).default(500).describe("Canary requests in a step before it may end."),
  interval: positiveDurationSchema.default("30s"),
  falseAlarm: z
    .number()
    .gt(0)
    .max(0.5)
    .default(0.01)
    .describe("Chance of rolling back a canary that is no worse, over the whole rollout."),
  onFailure: z.enum(["rollback", "pause"]).default("rollback"),
  onNoData: z.enum(["hold", "rollback"]).default("hold"),
});

export const rolloutSpecSchema = z
  .strictObject({
    service: nameSchema.describe("A Service in the same namespace."),
    stable: versionSchema.describe("The version that everybody has."),
    canary: versionSchema.describe("The version that is tried."),
    steps: z
      .array(
        z.strictObject({
          weight: z.number().min(0).max(100).describe("Percent of callers."),
          hold: positiveDurationSchema
            .optional()
            .describe(
              "How long the step is watched; absent: until somebody promotes, and on the last step not at all.",
            ),
        }),
      )
      .min(1)
      .max(100),
    analysis: analysisSchema.prefault({}),
    sticky: z
      .strictObject({ by: z.array(callerKeySchema).min(1).max(8).default(["claim:sub", "cookie:sid", "ip"]) })
      .optional()
      .describe("The first key that is present decides; absent: each request is drawn anew."),
    match: z
      .array(z.strictObject({ headers: z.array(headerMatchSchema).min(1).max(16) }))
      .max(16)
      .default([])
      .describe("Requests that always go to the canary and are left out of the statistics."),
  })
  .superRefine(({ stable, canary, steps }, context) => {
    if (stable === canary) {
      const message = say("The canary is the stable version", "Name the new version under canary.");
      context.addIssue({ code: "custom", message, path: ["canary"], input: canary });
    }
    for (const [index, { weight }] of steps.entries()) {
      const before = steps[index - 1]?.weight ?? -1;
      if (weight > before) {
        continue;
      }
      const message = say(
        `Step ${index} has the weight ${weight}, which is not more than the ${before} before it`,
        "Let each step raise the weight; a rollback needs no step.",
      );
      context.addIssue({ code: "custom", message, path: ["steps", index, "weight"], input: weight });
    }
  });
