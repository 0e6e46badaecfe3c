// `filters` of an HTTPRoute, on rules and on backendRefs: one union over `type`, as in the Gateway API v1.6 with the
// experimental ExternalAuth. CORS and ExternalAuth have their own files.
import * as z from "zod";
import { backendObjectRefFields } from "./backend-ref.ts";
import { corsSchema } from "./cors.ts";
import { externalAuthSchema } from "./external-auth.ts";
import { preciseHostnameSchema } from "../field/hostname.ts";
import { headerNameSchema, headerPairSchema, refuseRepeats } from "../field/http-header.ts";
import { groupSchema, kindSchema, objectNameSchema, portSchema, versionSchema } from "../field/names.ts";
import { prefixPathSchema, replacementPathSchema } from "../field/path.ts";
import { say } from "../../word/wording.ts";

const headerPairsSchema = z
  .array(headerPairSchema)
  .max(16)
  .default([])
  .superRefine((pairs, context) =>
    refuseRepeats(
      "header",
      pairs.map((pair) => pair.name),
      context,
    ),
  );

const headerModifierSchema = z.strictObject({
  set: headerPairsSchema,
  add: headerPairsSchema,
  remove: z
    .array(headerNameSchema)
    .max(16)
    .default([])
    .superRefine((names, context) => refuseRepeats("header", names, context, "")),
});

const pathModifierSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("ReplaceFullPath"), replaceFullPath: replacementPathSchema }),
  z.strictObject({ type: z.literal("ReplacePrefixMatch"), replacePrefixMatch: prefixPathSchema }),
]);

const redirectSchema = z.strictObject({
  scheme: z.enum(["http", "https"]).optional(),
  hostname: preciseHostnameSchema.optional(),
  path: pathModifierSchema.optional(),
  port: portSchema.optional(),
  statusCode: z.literal([301, 302, 303, 307, 308]).default(302),
});

const rewriteSchema = z.strictObject({
  hostname: preciseHostnameSchema.optional(),
  path: pathModifierSchema.optional(),
});

const fractionSchema = z
  .strictObject({ numerator: z.int32().min(0), denominator: z.int32().min(1).default(100) })
  .refine(({ numerator, denominator }) => numerator <= denominator, {
    error: say("The fraction is greater than one", "Make the numerator at most the denominator."),
    path: ["numerator"],
  });

const mirrorSchema = z
  .strictObject({
    backendRef: z.strictObject({
      ...backendObjectRefFields,
      version: versionSchema.optional().describe("Ours: copies go to endpoints of this version only."),
    }),
    percent: z.int().min(0).max(100).optional(),
    fraction: fractionSchema.optional(),
  })
  .refine(({ percent, fraction }) => percent === undefined || fraction === undefined, {
    error: say("Both percent and fraction say how much is mirrored", "Keep one of them; with none, all is mirrored."),
    path: ["fraction"],
  });

const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

const directResponseSchema = z
  .strictObject({
    statusCode: z.int().min(200).max(599),
    body: z.strictObject({ string: z.string().max(4096) }).optional(),
  })
  .refine(({ statusCode, body }) => body === undefined || !WITHOUT_BODY.has(statusCode), {
    error: say("HTTP gives answers of this status no body", "Remove body, or choose another statusCode."),
    path: ["body"],
  });

const extensionRefSchema = z.strictObject({ group: groupSchema, kind: kindSchema, name: objectNameSchema });

export const httpRouteFilterSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("RequestHeaderModifier"), requestHeaderModifier: headerModifierSchema }),
  z.strictObject({ type: z.literal("ResponseHeaderModifier"), responseHeaderModifier: headerModifierSchema }),
  z.strictObject({ type: z.literal("RequestRedirect"), requestRedirect: redirectSchema }),
  z.strictObject({ type: z.literal("DirectResponse"), directResponse: directResponseSchema }),
  z.strictObject({ type: z.literal("URLRewrite"), urlRewrite: rewriteSchema }),
  z.strictObject({ type: z.literal("RequestMirror"), requestMirror: mirrorSchema }),
  z.strictObject({ type: z.literal("CORS"), cors: corsSchema }),
  z.strictObject({ type: z.literal("ExternalAuth"), externalAuth: externalAuthSchema }),
  z.strictObject({ type: z.literal("ExtensionRef"), extensionRef: extensionRefSchema }),
]);

export type HTTPRouteFilter = z.infer<typeof httpRouteFilterSchema>;
export type HTTPPathModifier = z.infer<typeof pathModifierSchema>;

const ONCE: ReadonlySet<HTTPRouteFilter["type"]> = new Set([
  "RequestHeaderModifier",
  "ResponseHeaderModifier",
  "RequestRedirect",
  "DirectResponse",
  "URLRewrite",
  "CORS",
]);

/** A list of filters: some may be there only once, and a redirect excludes a rewrite. */
export const httpRouteFiltersSchema = z
  .array(httpRouteFilterSchema)
  .max(16)
  .default([])
  .superRefine((filters, context) => {
    const types = filters.map((filter) => filter.type);
    for (const [index, type] of types.entries()) {
      if (ONCE.has(type) && types.indexOf(type) < index) {
        const message = say(`The filter ${type} is there twice`, `Merge it with entry ${types.indexOf(type)}.`);
        context.addIssue({ code: "custom", message, path: [index, "type"], input: type });
      }
    }
    const rewrite = types.indexOf("URLRewrite");
    if (rewrite !== -1 && types.includes("RequestRedirect")) {
      const message = say(
        "RequestRedirect and URLRewrite exclude each other: a redirected request is never forwarded",
        "Remove one, or put the changed path into the redirect.",
      );
      context.addIssue({ code: "custom", message, path: [rewrite, "type"], input: "URLRewrite" });
    }
  });
