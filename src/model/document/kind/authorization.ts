// `AuthorizationPolicy`: who may call what. Istio's semantics: DENY first, then ALLOW; where any ALLOW applies, what
// none allows is refused. Lists inside one entry are alternatives, entries of one rule's `from` and `to` as well.
import * as z from "zod";
import { ipBlockSchema, isBlock } from "../field/ip-block.ts";
import { targetRefsSchema } from "../field/target-ref.ts";
import { OURS, type KindEntry } from "../field/kind-entry.ts";
import { quote, say } from "../../word/wording.ts";

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

const ATTRIBUTES = "source\\.(?:ip|namespace|principal|application)|request\\.(?:method|host|path)";
const KEY = new RegExp(`^(?:claim:\\S{1,240}|header:[!#$%&'*+.^_\`|~0-9A-Za-z-]{1,240}|${ATTRIBUTES})$`);

const conditionSchema = z
  .strictObject({
    key: z
      .string()
      .regex(KEY, {
        error: (issue) =>
          say(
            `${quote(issue.input)} is not a condition's key`,
            "Write claim:<name>, header:<name>, or source.ip, source.namespace, source.principal, source.application, request.method, request.host, request.path.",
          ),
      })
      .describe(
        "`claim:<name>`, `header:<name>`, `source.ip|namespace|principal|application` or `request.method|host|path`.",
      ),
    values: listOf(patternSchema).describe("The value is one of these."),
    notValues: listOf(patternSchema).describe("The value is none of these."),
    contains: listOf(z.string().min(1).max(1024)).describe(
      "The value, a list or words separated by spaces, contains all of these.",
    ),
  })
  .refine(({ values, notValues, contains }) => values.length + notValues.length + contains.length > 0, {
    error: say("The condition compares with nothing", "Add values, notValues or contains."),
  })
  .superRefine(({ key, values, notValues, contains }, context) => {
    if (key !== "source.ip") {
      return;
    }
    for (const [list, texts] of Object.entries({ values, notValues, contains })) {
      for (const [index, text] of texts.entries()) {
        const message = say(`${quote(text)} is not an address or a block of them`, "Write 192.0.2.7 or 2001:db8::/32.");
        if (!isBlock(text)) {
          context.addIssue({ code: "custom", message, path: [list, index], input: text });
        }
      }
    }
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

export const authorizationPolicy = {
  kind: "AuthorizationPolicy",
  apiVersions: OURS,
  plural: "authorizationpolicies",
  short: ["authz"],
  scope: "namespace",
  says: "Who may call what.",
  spec: authorizationPolicySpecSchema,
  findings: {
    SLV1320: "A DENY goes by paths: another spelling that the service understands the same gets through.",
    SLV1321: "An AuthorizationPolicy has no rules: an ALLOW refuses everything, another matches nothing.",
    SLV1322: "A rule of an AuthorizationPolicy asks for something that no request can have.",
    SLV1323: "An AuthorizationPolicy names callers or claims that nothing in the mesh proves.",
  },
} as const satisfies KindEntry;
