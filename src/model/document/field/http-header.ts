// Header names and values as documents write them (RFC 9110 §5), and pairs of them.
import * as z from "zod";
import { quote, say } from "../../word/wording.ts";

/** A field name: a token of RFC 9110 §5.6.2. */
export const headerNameSchema = z
  .string()
  .max(256)
  .regex(/^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/, {
    error: (issue) =>
      say(`${quote(issue.input)} is not a header name`, "Use letters, digits and hyphens, such as x-tenant."),
  });

/** A field value as requests carry it: no control characters, which would end it or be refused by the runtime. */
export const carriedValueSchema = z
  .string()
  // oxlint-disable-next-line no-control-regex -- control characters are exactly what is refused
  .regex(/^[^\u0000-\u0008\u000a-\u001f\u007f]*$/, {
    error: say("The header value holds a control character", "Remove line breaks and other control characters."),
  });

/** A field value as documents name it. */
export const headerValueSchema = carriedValueSchema.min(1).max(4096);

// oxlint-disable-next-line no-control-regex -- the schema above has refused them, and says so
const REFUSED = /[\u0000-\u0008\u000a-\u001f\u007f]|^$/;
/** Linear: each blank is followed by something else. */
const WRITTEN = /^[!-~]+(?:[\t ][!-~]+)*$/;

/** A value that a filter writes: printable ASCII, single blanks only inside it, as the Gateway API has it. */
const writtenValueSchema = headerValueSchema.refine((text) => REFUSED.test(text) || WRITTEN.test(text), {
  error: say(
    "The header value begins or ends with a blank, has two in a row, or holds a character beyond ASCII",
    "Write printable ASCII with single blanks inside; encode everything else, for example with percent signs.",
  ),
});

export const headerPairSchema = z.strictObject({ name: headerNameSchema, value: writtenValueSchema });

/** Reports the entries of a list that repeat an earlier one's key (Kubernetes' `listType=map`). */
export function refuseRepeats(what: string, keys: readonly string[], context: z.RefinementCtx, field = "name"): void {
  const seen = new Map<string, number>();
  for (const [index, key] of keys.entries()) {
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, index);
      continue;
    }
    context.addIssue({
      code: "custom",
      message: say(`The ${what} ${quote(key)} is there twice`, `Remove it, or merge it with entry ${first}.`),
      path: field === "" ? [index] : [index, field],
      input: key,
    });
  }
}
