// `Override`: break-glass. A patch laid over another document's spec for a while, with a reason; never written into it.
// That `expiresAt` lies at most 24 hours ahead is checked at apply, which knows the time.
import * as z from "zod";
import { documentNameSchema, kindSchema, nameSchema } from "../field/names.ts";
import { quote, say } from "../../word/wording.ts";

export const overrideSpecSchema = z.strictObject({
  target: z
    .strictObject({ kind: kindSchema, name: documentNameSchema, namespace: nameSchema.optional() })
    .describe("The document in question; absent namespace: the override's own."),
  patch: z
    .record(z.string(), z.unknown())
    .refine((patch) => Object.keys(patch).length > 0, {
      error: say("The patch changes nothing", "Write the fields to change, as they stand below the target's spec."),
    })
    .describe("JSON Merge Patch (RFC 7396) over the target's spec."),
  reason: z
    .string()
    .max(1024)
    .regex(/\S/, { error: say("The reason is empty", "Say why: it is kept in the audit log.") }),
  expiresAt: z.iso.datetime({
    error: (issue) =>
      say(`${quote(issue.input)} is not a time`, "Write RFC 3339 in UTC, such as 2026-11-23T12:00:00Z."),
  }),
});
