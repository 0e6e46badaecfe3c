// `FaultPolicy`: delays and errors put into traffic on purpose. Attached by targetRefs, or named by a route's
// extensionRef.
import * as z from "zod";
import { positiveDurationSchema } from "../field/duration.ts";
import { headerMatchSchema } from "../gateway-api/http-route-match.ts";
import { targetRefsSchema } from "../field/target-ref.ts";
import { OURS, type KindEntry } from "../field/kind-entry.ts";
import { say } from "../../word/wording.ts";

/** Percent of the matching requests. */
const percentage = z.number().min(0).max(100).default(100);

export const faultPolicySpecSchema = z
  .strictObject({
    targetRefs: targetRefsSchema
      .default([])
      .describe("May be left out when HTTPRoutes name the policy in an extensionRef."),
    delay: z.strictObject({ duration: positiveDurationSchema, percentage }).optional(),
    abort: z.strictObject({ status: z.int().min(200).max(599), percentage }).optional(),
    match: z
      .strictObject({ headers: z.array(headerMatchSchema).max(16).default([]) })
      .optional()
      .describe("Only requests with all of these headers; absent: every request."),
  })
  .refine(({ delay, abort }) => delay ?? abort, {
    error: say("The policy does nothing", "Add delay, abort or both."),
  });

export const faultPolicy = {
  kind: "FaultPolicy",
  apiVersions: OURS,
  plural: "faultpolicies",
  short: ["fault"],
  scope: "namespace",
  says: "Delays and errors put into traffic on purpose.",
  spec: faultPolicySpecSchema,
} as const satisfies KindEntry;
