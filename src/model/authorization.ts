// `AuthorizationPolicy`: who may call what. Istio's semantics: DENY first, then ALLOW; where any ALLOW applies, what none
// allows is refused. Lists inside one entry are alternatives, entries of one rule's `from` and `to` as well.
import { z } from "zod";
import { targetRefsSchema } from "./target-ref.ts";
import { quote, say } from "./wording.ts";

const listOf = <T extends z.ZodType>(schema: T) => z.array(schema).max(64).default([]);

/** A value, with `*` alone, at the start or at the end standing for anything. */
const patternSchema = z
  .string()
  .min(1)
  .max(1024)
  .regex(/^(\*|\*?[^*]+|[^*]+\*)$/, {
    error: (issue) =>
      say(`${quote(issue.input)} has its wildcard in the wrong place`, 'Use "*" alone, at the start or at the end.'),
  });

const pathPatternSchema = patternSchema.regex(/^[/*]/, {
  error: (issue) =>
    say(`The path ${quote(issue.input)} does not start with a slash`, 'Write "/orders" or "/orders/*".'),
});

const ipBlockSchema = z
  .string()
  .refine((text) => [z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()].some((schema) => schema.safeParse(text).success), {
    error: (issue) =>
      say(`${quote(issue.input)} is not an address or a block of them`, "Write 192.0.2.7 or 2001:db8::/32."),
  });

const conditionSchema = z
  .strictObject({
    key: z.string().regex(/^((claim|header):[^\s]{1,240}|[a-z][A-Za-z0-9.]{0,252})$/, {
      error: (issue) => say(`${quote(issue.input)} is not a condition's key`, "Write claim:<name> or header:<name>."),
    }),
    values: listOf(patternSchema).describe("The value is one of these."),
    notValues: listOf(patternSchema).describe("The value is none of these."),
    contains: listOf(z.string().min(1).max(1024)).describe(
      "The value, a list or words separated by spaces, contains all of these.",
    ),
  })
  .refine(({ values, notValues, contains }) => values.length + notValues.length + contains.length > 0, {
    error: say("The condition compares with nothing", "Add values, notValues or contains."),
  });

const ruleSchema = z.strictObject({
  from: z
    .array(
      z.strictObject({
        principals: listOf(patternSchema),
        namespaces: listOf(patternSchema),
        applications: listOf(patternSchema),
        ipBlocks: listOf(ipBlockSchema),
      }),
    )
    .max(64)
    .default([]),
  to: z
    .array(
      z.strictObject({
        methods: listOf(
          z.string().regex(/^(\*|[A-Z]{1,32})$/, {
            error: (issue) => say(`${quote(issue.input)} is not a method`, "Write it in capitals, such as GET."),
          }),
        ),
        paths: listOf(pathPatternSchema),
        hosts: listOf(patternSchema),
      }),
    )
    .max(64)
    .default([]),
  when: z.array(conditionSchema).max(64).default([]),
});

export const authorizationPolicySpecSchema = z.strictObject({
  targetRefs: targetRefsSchema,
  action: z.enum(["ALLOW", "DENY", "AUDIT"]).default("ALLOW"),
  rules: z
    .array(ruleSchema)
    .max(64)
    .default([])
    .describe(
      "Empty: matches nothing, so an ALLOW without rules refuses everything. An empty rule matches everything.",
    ),
});

export type AuthorizationPolicySpec = z.infer<typeof authorizationPolicySpecSchema>;
