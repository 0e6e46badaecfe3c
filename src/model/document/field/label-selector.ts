// Kubernetes label selectors: `matchLabels` and `matchExpressions`, both of which must hold.
import * as z from "zod";
import { quote, say } from "../../word/wording.ts";

const KEY = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

export const labelKeySchema = z.string().regex(KEY, {
  error: (issue) =>
    say(
      `${quote(issue.input)} is not a label key`,
      "Use up to 63 letters, digits, - _ . with an optional domain/ in front.",
    ),
});
const labelValueSchema = z.string().regex(VALUE, {
  error: (issue) =>
    say(
      `${quote(issue.input)} is not a label value`,
      "Use up to 63 letters, digits, - _ . starting and ending with one of the first two.",
    ),
});
export const labelsSchema = z.record(labelKeySchema, labelValueSchema);

/** As the Gateway API has annotations of what it makes, labels and TLS options: so many at most. */
export function annotationsSchema(most: number, what: string) {
  return atMost(z.record(labelKeySchema, z.string().max(4096)), most, what);
}

export function atMost<Schema extends z.ZodType<Readonly<Record<string, string>>>>(
  schema: Schema,
  most: number,
  what: string,
) {
  return schema.refine((all) => Object.keys(all).length <= most, {
    error: (issue) =>
      say(`There are ${Object.keys(issue.input ?? {}).length} ${what}, and ${most} may be`, "Remove some of them."),
  });
}

const requirementSchema = z
  .strictObject({
    key: labelKeySchema,
    operator: z.enum(["In", "NotIn", "Exists", "DoesNotExist"]),
    values: z.array(labelValueSchema).default([]),
  })
  .superRefine(({ operator, values }, context) => {
    const wantsValues = operator === "In" || operator === "NotIn";
    if (wantsValues === values.length > 0) {
      return;
    }
    const message = wantsValues
      ? say(`${operator} needs values to compare with`, "List at least one under values.")
      : say(`${operator} takes no values`, "Remove values, or use In.");
    context.addIssue({ code: "custom", message, path: ["values"], input: values });
  });

export const labelSelectorSchema = z.strictObject({
  matchLabels: labelsSchema.default({}),
  matchExpressions: z.array(requirementSchema).default([]),
});

export type LabelSelector = z.infer<typeof labelSelectorSchema>;
