// `TrafficPolicy`: how calls to a service are made and guarded. A section that is left out says nothing; one that is
// present has its fields filled. `timeouts` always holds.
import * as z from "zod";
import { callerKeySchema } from "../field/caller-key.ts";
import { durationSchema, parseDuration, positiveDurationSchema } from "../field/duration.ts";
import { headerNameSchema } from "../field/http-header.ts";
import { httpMethodSchema } from "../gateway-api/http-route-match.ts";
import { targetRefsSchema } from "../field/target-ref.ts";
import { OURS, type KindEntry } from "../field/kind-entry.ts";
import { say } from "../../word/wording.ts";

const percent = z.number().min(0).max(100);

const timeoutsSchema = z
  .strictObject({
    request: durationSchema.default("15s").describe("The whole request; 0s = no deadline."),
    perTry: durationSchema
      .optional()
      .describe("One try, until its response headers; absent or 0s: only the deadline of the whole request."),
    idle: durationSchema
      .optional()
      .describe(
        "Longest time without a byte from a service that is to go on with its answer, or to take more of a request; absent: 5m; 0s = for ever. Event streams and WebSockets may be silent.",
      ),
  })
  .superRefine(({ request, perTry }, context) => {
    const requestMs = parseDuration(request) ?? 0;
    if (perTry === undefined || requestMs === 0 || (parseDuration(perTry) ?? 0) <= requestMs) {
      return;
    }
    const message = say(
      `perTry (${perTry}) is longer than request (${request}), which ends every try`,
      "Make perTry at most as long as request.",
    );
    context.addIssue({ code: "custom", message, path: ["perTry"], input: perTry });
  });

const retrySchema = z.strictObject({
  attempts: z.int().min(0).max(5).default(1).describe("Further tries after the first; 0 = never."),
  on: z
    .array(z.enum(["connect-failure", "gateway-error", "reset", "5xx", "retriable-4xx"]))
    .default(["connect-failure", "gateway-error"])
    .describe(
      "Failures worth another try. gateway-error: 502, 503, 504. retriable-4xx: 409, and 429 with a Retry-After that there is time for.",
    ),
  methods: z
    .array(httpMethodSchema)
    .default(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
    .describe("Methods that may be sent twice; POST and PATCH only when the request has an Idempotency-Key as well."),
  backoff: z.strictObject({ base: durationSchema.default("25ms"), max: durationSchema.default("250ms") }).prefault({}),
  budget: z.strictObject({ percent: percent.default(20), minPerSecond: z.number().min(0).default(10) }).prefault({}),
  hedge: z
    .strictObject({
      after: positiveDurationSchema.describe(
        "Time without response headers after which a copy goes to another endpoint.",
      ),
      max: z.int().min(1).max(4).default(1).describe("Copies of one request."),
    })
    .optional()
    .describe("Sends a copy of a slow request that may be sent twice, and takes the first good answer."),
});

const circuitBreakerSchema = z.strictObject({
  window: positiveDurationSchema.default("10s").describe("Rolling window that outcomes are counted in."),
  minRequests: z.int().min(1).default(20).describe("Requests in the window before the breaker may open."),
  failurePercent: percent.default(50).describe("Share of failures that opens it."),
  slowCallDuration: positiveDurationSchema.default("5s").describe("A call that takes longer is slow."),
  slowCallPercent: percent.default(80).describe("Share of slow calls that opens it."),
  openFor: positiveDurationSchema.default("5s").describe("How long it stays open; doubles each time in a row."),
  maxOpenFor: positiveDurationSchema.default("60s").describe("Longest time it stays open."),
  halfOpenRequests: z.int().min(1).max(1000).default(5).describe("Probing requests that decide whether it closes."),
});

const outlierDetectionSchema = z.strictObject({
  consecutiveFailures: z.int().min(1).default(5).describe("Failures in a row that eject an endpoint."),
  interval: positiveDurationSchema.default("10s").describe("Time between two sweeps."),
  baseEjection: positiveDurationSchema
    .default("30s")
    .describe("First ejection; each further one lasts this much longer."),
  maxEjection: positiveDurationSchema.default("300s").describe("Longest ejection."),
  maxEjectionPercent: percent.default(50).describe("Most endpoints that may be ejected at once."),
  failurePercent: z
    .number()
    .min(1)
    .max(100)
    .optional()
    .describe("Share of failures within an interval that ejects by itself; absent: none does."),
});

const loadBalancerSchema = z
  .strictObject({
    policy: z
      .enum(["peak-ewma", "least-request", "round-robin", "random", "ring-hash"])
      .default("peak-ewma")
      .describe("How an endpoint is chosen among those of equal priority."),
    key: callerKeySchema.optional().describe("What ring-hash hashes."),
  })
  .superRefine(({ policy, key }, context) => {
    if ((policy === "ring-hash") === (key !== undefined)) {
      return;
    }
    const message =
      key === undefined
        ? say("ring-hash needs a key to hash", "Add key, such as header:x-user or client.")
        : say(`${policy} hashes nothing, so key has no meaning`, "Remove key, or use policy: ring-hash.");
    context.addIssue({ code: "custom", message, path: ["key"], input: key });
  });

const requestClassSchema = z.enum(["critical", "normal", "best-effort"]);

const concurrencySchema = z.strictObject({
  max: z.int().min(1).default(200).describe("Requests that the service may have at once, of the whole fleet."),
  queue: z
    .int()
    .min(0)
    .default(0)
    .describe("Requests that may wait for their turn at once, of the whole fleet; each at most until its deadline."),
  adaptive: z
    .strictObject({
      min: z.int().min(1).default(10).describe("The cap never falls below it, nor below max where that is less."),
      tolerance: z
        .number()
        .min(0)
        .max(1000)
        .default(50)
        .describe("Percent that latency may rise above the least of the last minute before the cap falls."),
    })
    .optional()
    .describe("Lowers the cap while latency rises."),
  priority: z
    .strictObject({
      header: headerNameSchema
        .default("x-priority")
        .describe("Request header that says critical, normal or best-effort."),
      default: requestClassSchema.default("normal").describe("Class of requests whose header says none."),
      bestEffortAt: percent.default(80).describe("Percent of the cap in use from which best-effort is refused."),
      normalAt: percent.default(95).describe("The same for normal; critical is refused by the cap alone."),
    })
    .optional()
    .describe("Refuses what matters less before the cap is reached."),
});

const trafficPolicySpecSchema = z.strictObject({
  targetRefs: targetRefsSchema,
  timeouts: timeoutsSchema.prefault({}),
  retry: retrySchema.optional(),
  circuitBreaker: circuitBreakerSchema.optional(),
  outlierDetection: outlierDetectionSchema.optional(),
  concurrency: concurrencySchema.optional(),
  loadBalancer: loadBalancerSchema.optional(),
  failover: z
    .strictObject({
      overprovisioning: z
        .int()
        .min(100)
        .max(1000)
        .default(140)
        .describe("Percent; 140 = a priority spills over below 72 % healthy."),
      panicThreshold: percent.default(50).describe("Percent; below it health is ignored; 0 = never."),
      order: z
        .array(z.enum(["same-region", "any"]))
        .default(["same-region", "any"])
        .describe("Where to look for an endpoint, first to last."),
    })
    .optional(),
});

export const trafficPolicy = {
  kind: "TrafficPolicy",
  apiVersions: OURS,
  plural: "trafficpolicies",
  short: ["tp"],
  scope: "namespace",
  says: "How calls are made and guarded: timeouts, retries, breaker, ejection, balancing, concurrency, failover.",
  spec: trafficPolicySpecSchema,
  limits:
    "Every section has effect. Loads of endpoints are counted by each isolate for itself; the cap of `concurrency` and the allowance of `retry.budget` are the fleet's. A WebSocket counts for `concurrency` until it is established.",
} as const satisfies KindEntry;

export type TrafficPolicySpec = z.infer<typeof trafficPolicySpecSchema>;
