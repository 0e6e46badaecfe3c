// `rules[].matches` of an HTTPRoute: path, headers, query parameters, method. All of one entry must hold; any entry
// will do.
import * as z from "zod";
import { PATH_ENCODING } from "../field/path-encoding.ts";
import { headerNameSchema, headerValueSchema, refuseRepeats } from "../field/http-header.ts";
import { quote, say } from "../../word/wording.ts";

export const httpMethods = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"] as const;
export const httpMethodSchema = z.enum(httpMethods);

/** What the Gateway API allows in Exact and PathPrefix values. */
const PATH_CHARACTERS = /^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+$/;

function pathFault(value: string): string | null {
  if (!value.startsWith("/")) {
    return say(`The path ${quote(value)} does not start with a slash`, `Write ${quote(`/${value}`)}.`);
  }
  // The Gateway API's own rule, also where a route lets encoded slashes through.
  if (/%2f/i.test(value)) {
    return say(
      `The path ${quote(value)} contains an encoded slash, which an Exact or PathPrefix value may not`,
      `Use type: RegularExpression, where %2F is matched as "%2F", on a route with the annotation ${PATH_ENCODING}.`,
    );
  }
  const forbidden = ["//", "/./", "/../", "#"].find((part) => value.includes(part));
  if (forbidden !== undefined) {
    return say(
      `The path ${quote(value)} contains ${quote(forbidden)}, which no canonical path does: it would never match`,
      "Write the path as it is after normalisation.",
    );
  }
  if (value.endsWith("/..") || value.endsWith("/.")) {
    return say(`The path ${quote(value)} ends in a dot segment: it would never match`, "Remove the dots.");
  }
  if (!PATH_CHARACTERS.test(value)) {
    return say(
      `The path ${quote(value)} holds a character that no URL path does`,
      "Percent-encode it. For a pattern, use type: RegularExpression.",
    );
  }
  return null;
}

const pathMatchSchema = z
  .strictObject({
    type: z.enum(["Exact", "PathPrefix", "RegularExpression"]).default("PathPrefix"),
    value: z.string().max(1024).default("/"),
  })
  .superRefine(({ type, value }, context) => {
    const message = type === "RegularExpression" ? null : pathFault(value);
    if (message !== null) {
      context.addIssue({ code: "custom", message, path: ["value"], input: value });
    }
  });

const valueMatchType = z.enum(["Exact", "RegularExpression"]).default("Exact");

export const headerMatchSchema = z.strictObject({
  type: valueMatchType,
  name: headerNameSchema,
  value: headerValueSchema,
});

const queryParamMatchSchema = z.strictObject({
  type: valueMatchType,
  name: headerNameSchema,
  value: z.string().min(1).max(1024),
});

export const httpRouteMatchSchema = z.strictObject({
  path: pathMatchSchema.prefault({}),
  headers: z
    .array(headerMatchSchema)
    .max(16)
    .default([])
    .superRefine((headers, context) =>
      refuseRepeats(
        "header",
        headers.map((header) => header.name),
        context,
      ),
    ),
  queryParams: z
    .array(queryParamMatchSchema)
    .max(16)
    .default([])
    .superRefine((params, context) =>
      refuseRepeats(
        "query parameter",
        params.map((param) => param.name),
        context,
      ),
    ),
  method: httpMethodSchema.optional(),
});

export type HTTPRouteMatch = z.infer<typeof httpRouteMatchSchema>;
