// Paths in documents: taken when they have a canonical form (which is what the mesh uses), refused with a hint
// otherwise.
import * as z from "zod";
import { canonicalPath } from "../../word/canonical-path.ts";
import { PATH_FAULTS } from "../../word/path-fault.ts";
import { operatorPath, operatorPrefix, type OperatorPath } from "../../word/operator-path.ts";
import { say } from "../../word/wording.ts";

const MAX_LENGTH = 1024;

function pathSchema(read: (text: string) => OperatorPath) {
  return z
    .string()
    .max(MAX_LENGTH)
    .superRefine((text, context) => {
      const found = read(text);
      if (!found.ok) {
        context.addIssue({ code: "custom", message: say(found.detail, found.hint), input: text });
      }
    });
}

/** A path that takes the place of another. */
export const replacementPathSchema = pathSchema(operatorPath);

/** A path in front of others. */
export const prefixPathSchema = pathSchema(operatorPrefix);

/** A path and perhaps a query, as it is asked for. */
export const probePathSchema = z
  .string()
  .max(MAX_LENGTH)
  .superRefine((text, context) => {
    const canonical = canonicalPath(text);
    const detail = !text.startsWith("/")
      ? "The path does not start with a slash"
      : text.includes("#")
        ? "The path has a fragment"
        : canonical.ok
          ? null
          : PATH_FAULTS[canonical.reason];
    if (detail === null) {
      return;
    }
    context.addIssue({
      code: "custom",
      message: say(detail, "Write it as /healthz, or /healthz?full=1."),
      input: text,
    });
  });
