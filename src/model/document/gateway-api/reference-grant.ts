// `ReferenceGrant` of the Gateway API: a namespace lets named kinds of another refer into it.
import * as z from "zod";
import { groupSchema, kindSchema, nameSchema, objectNameSchema } from "../field/names.ts";

export const referenceGrantSpecSchema = z.strictObject({
  from: z
    .array(z.strictObject({ group: groupSchema, kind: kindSchema, namespace: nameSchema }))
    .min(1)
    .max(16),
  to: z
    .array(z.strictObject({ group: groupSchema, kind: kindSchema, name: objectNameSchema.optional() }))
    .min(1)
    .max(16)
    .describe("Without name: every object of that kind in the grant's namespace."),
});
