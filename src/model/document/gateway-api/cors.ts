// The CORS filter of an HTTPRoute (GEP-1767): who may call from a browser, and what such a call may carry.
import * as z from "zod";
import { headerNameSchema, refuseRepeats } from "../field/http-header.ts";
import { httpMethods } from "./http-route-match.ts";
import { quote, say } from "../../word/wording.ts";

const originSchema = z
  .string()
  .min(1)
  .max(253)
  .regex(/^\*$|^https?:\/\/(\*|(\*\.)?([a-zA-Z0-9-]+\.)*[a-zA-Z0-9-]+)(:[0-9]{1,5})?$/, {
    error: (issue) =>
      say(
        `${quote(issue.input)} is not an origin`,
        'Write "https://shop.example.com", "https://*.example.com" or "*".',
      ),
  });

function alone(what: string) {
  return (values: readonly string[], context: z.RefinementCtx): void => {
    refuseRepeats(what, values, context, "");
    const star = values.indexOf("*");
    if (star === -1 || values.length === 1) {
      return;
    }
    const message = say(`"*" already allows every ${what}`, `Remove the others, or remove "*".`);
    context.addIssue({ code: "custom", message, path: [star], input: "*" });
  };
}

export const corsSchema = z.strictObject({
  allowOrigins: z.array(originSchema).max(64).default([]).superRefine(alone("origin")),
  allowCredentials: z.boolean().default(false),
  allowMethods: z
    .array(z.enum([...httpMethods, "*"]))
    .max(9)
    .default([])
    .superRefine(alone("method")),
  allowHeaders: z.array(headerNameSchema).max(64).default([]).superRefine(alone("header")),
  exposeHeaders: z
    .array(headerNameSchema)
    .max(64)
    .default([])
    .superRefine((names, context) => refuseRepeats("header", names, context, "")),
  maxAge: z.int32().min(1).default(5).describe("Seconds a browser may keep the answer to a preflight."),
});
