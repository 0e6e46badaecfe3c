// `HTTPRoute` of the Gateway API v1.6 (experimental channel included), plus our `backendRefs[].version`. The rules that
// its CRD states in CEL are stated here in the same order; references are resolved by the compiler, not here.
import * as z from "zod";
import { backendObjectRefFields } from "./backend-ref.ts";
import { gatewayDurationSchema, parseDuration } from "../field/duration.ts";
import { pathEncodingSchema } from "../field/path-encoding.ts";
import { hostnameSchema } from "../field/hostname.ts";
import { refuseRepeats } from "../field/http-header.ts";
import { httpRouteFiltersSchema, type HTTPRouteFilter } from "./http-route-filter.ts";
import { httpRouteMatchSchema } from "./http-route-match.ts";
import { sectionNameSchema, versionSchema } from "../field/names.ts";
import { parentRefsSchema } from "./parent-ref.ts";
import { sessionPersistenceSchema } from "./session-persistence.ts";
import { say } from "../../word/wording.ts";

const backendRefSchema = z.strictObject({
  ...backendObjectRefFields,
  weight: z.int().min(0).max(1_000_000).default(1),
  version: versionSchema.optional().describe("Ours: only endpoints of this version of the service."),
  filters: httpRouteFiltersSchema,
});

const timeoutsSchema = z
  .strictObject({ request: gatewayDurationSchema.optional(), backendRequest: gatewayDurationSchema.optional() })
  .superRefine(({ request, backendRequest }, context) => {
    const requestMs = parseDuration(request ?? "0s") ?? 0;
    const backendMs = parseDuration(backendRequest ?? "0s") ?? 0;
    if (requestMs === 0 || backendMs <= requestMs) {
      return;
    }
    const message = say(
      `backendRequest (${backendRequest}) is longer than request (${request}), which ends every try`,
      "Make backendRequest at most as long as request.",
    );
    context.addIssue({ code: "custom", message, path: ["backendRequest"], input: backendRequest });
  });

const retrySchema = z.strictObject({
  codes: z
    .array(z.int().min(400).max(599))
    .default([])
    .superRefine((codes, context) => refuseRepeats("status code", codes.map(String), context, "")),
  attempts: z.int().min(1).max(100).optional(),
  backoff: gatewayDurationSchema.optional(),
});

function replacesPrefix(filter: HTTPRouteFilter): boolean {
  if (filter.type === "RequestRedirect") {
    return filter.requestRedirect.path?.type === "ReplacePrefixMatch";
  }
  return filter.type === "URLRewrite" && filter.urlRewrite.path?.type === "ReplacePrefixMatch";
}

const ruleSchema = z
  .strictObject({
    name: sectionNameSchema.optional(),
    matches: z.array(httpRouteMatchSchema).max(64).prefault([{}]),
    filters: httpRouteFiltersSchema,
    backendRefs: z.array(backendRefSchema).max(16).default([]),
    timeouts: timeoutsSchema.optional(),
    retry: retrySchema.optional(),
    sessionPersistence: sessionPersistenceSchema.optional(),
  })
  .superRefine(({ matches, filters, backendRefs }, context) => {
    const answering = filters.find(({ type }) => type === "RequestRedirect" || type === "DirectResponse");
    if (answering !== undefined && backendRefs.length > 0) {
      const message = say(
        `A rule with a ${answering.type} filter never reaches its backendRefs`,
        "Remove backendRefs, or remove the filter.",
      );
      context.addIssue({ code: "custom", message, path: ["backendRefs"], input: backendRefs });
    }
    const onlyPrefix = matches.length === 1 && matches[0]?.path.type === "PathPrefix";
    if (onlyPrefix) {
      return;
    }
    const message = say(
      "ReplacePrefixMatch needs a rule with exactly one match, of type PathPrefix: that is the prefix it replaces",
      "Split the rule, or use ReplaceFullPath.",
    );
    const report = (list: readonly HTTPRouteFilter[], at: readonly (string | number)[]): void => {
      const index = list.findIndex(replacesPrefix);
      const filter = list[index];
      if (filter === undefined) {
        return;
      }
      const field = filter.type === "URLRewrite" ? "urlRewrite" : "requestRedirect";
      context.addIssue({ code: "custom", message, path: [...at, index, field, "path", "type"], input: filter });
    };
    report(filters, ["filters"]);
    for (const [index, ref] of backendRefs.entries()) {
      report(ref.filters, ["backendRefs", index, "filters"]);
    }
  });

const MAX_MATCHES = 128;

export const httpRouteSpecSchema = z
  .strictObject({
    parentRefs: parentRefsSchema,
    useDefaultGateways: z
      .enum(["All", "None"])
      .optional()
      .describe("Attach to every Gateway whose defaultScope includes this (GEP-3793)."),
    hostnames: z.array(hostnameSchema).max(16).default([]),
    pathEncoding: pathEncodingSchema,
    rules: z.array(ruleSchema).min(1).max(16).prefault([{}]),
  })
  .superRefine(({ rules }, context) => {
    const named = rules.flatMap((rule, index) => (rule.name === undefined ? [] : [{ name: rule.name, index }]));
    for (const [position, { name, index }] of named.entries()) {
      const first = named.findIndex((other) => other.name === name);
      if (first === position) {
        continue;
      }
      const message = say(`Two rules are named "${name}"`, "Give each rule a name of its own, or none.");
      context.addIssue({ code: "custom", message, path: ["rules", index, "name"], input: name });
    }
    const total = rules.reduce((sum, rule) => sum + rule.matches.length, 0);
    if (total > MAX_MATCHES) {
      const message = say(
        `The route has ${total} matches; all rules together may have ${MAX_MATCHES}`,
        "Split it into several HTTPRoutes.",
      );
      context.addIssue({ code: "custom", message, path: ["rules"], input: rules });
    }
  });

export type HTTPRouteRule = z.infer<typeof ruleSchema>;
export type HTTPBackendRef = z.infer<typeof backendRefSchema>;
