// Path and query parameters, as strict as documents: a misspelt `dryrun=true` must not apply for real.
import * as z from "zod";
import { didYouMean } from "../../model/word/did-you-mean.ts";
import type { ProblemItem } from "../../model/word/problem.ts";
import { type Outcome, refuseBody } from "./body.ts";

/** A switch in the query: `true` or `false` (also `1`, `0`), off when absent. */
export const switchSchema = z
  .enum(["true", "false", "1", "0"])
  .default("false")
  .transform((text) => text === "true" || text === "1");

/** Told of one query: past these it is no query of this call. */
const MOST_FAULTS = 100;

/** Validates one set of parameters; every fault is told at once. */
export function readParameters<Schema extends z.ZodObject>(
  schema: Schema,
  entries: Iterable<readonly [string, string]>,
  where: "path" | "query",
): Outcome<z.output<Schema>> {
  const values: Record<string, string> = {};
  const faults: ProblemItem[] = [];
  const known = Object.keys(schema.shape);
  for (const [name, value] of entries) {
    if (faults.length === MOST_FAULTS) {
      break;
    }
    const pointer = `#/${where}/${name}`;
    if (!known.includes(name)) {
      const hint = didYouMean(name, known);
      faults.push({
        pointer,
        detail: `There is no ${where} parameter "${name}".`,
        hint:
          hint !== null
            ? `Did you mean "${hint}"?`
            : known.length > 0
              ? `Known are: ${known.join(", ")}.`
              : "Leave it out.",
      });
    } else if (Object.hasOwn(values, name)) {
      faults.push({ pointer, detail: `The ${where} parameter "${name}" is given twice.`, hint: "Give it once." });
    } else {
      values[name] = value;
    }
  }
  const parsed = schema.safeParse(values);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const [detail = "", hint] = issue.message.split("\n");
      faults.push({ pointer: `#/${where}/${issue.path.join("/")}`, detail, ...(hint === undefined ? {} : { hint }) });
    }
  }
  if (!parsed.success || faults.length > 0) {
    return refuseBody({
      problem: "badParameter",
      detail: faults.length === 1 ? (faults[0]?.detail ?? "") : `${faults.length} parameters are not valid.`,
      errors: faults,
    });
  }
  return { ok: true, value: parsed.data };
}
