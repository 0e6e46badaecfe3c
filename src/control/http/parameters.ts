// Path and query parameters, as strict as documents: a misspelt `dryrun=true` must not apply for real.
import * as z from "zod";
import { didYouMean } from "../../model/word/did-you-mean.ts";
import { explainIssues } from "../../model/read/explain-issues.ts";
import type { ProblemItem } from "../../model/word/problem.ts";
import { quote, say } from "../../model/word/wording.ts";
import { type Outcome, refuseBody } from "./body.ts";

/** A switch in the query: `true` or `false` (also `1`, `0`), off when absent. */
export const switchSchema = z
  .enum(["true", "false", "1", "0"])
  .default("false")
  .transform((text) => text === "true" || text === "1");

/** Digits alone: what else JavaScript takes for a number (`1e2`, `0x10`, nothing at all) is none here. */
export function wholeNumber(least: number, most: number) {
  return z
    .string()
    .refine((text) => /^\d{1,15}$/.test(text) && Number(text) >= least && Number(text) <= most, {
      error: ({ input }) => say(`${quote(input)} is no whole number from ${least} to ${most}`, "Write digits alone."),
    })
    .transform(Number)
    .meta({ type: "integer", minimum: least, maximum: most });
}

/** The same, and what is meant when it is left out. The description of the API reads no default behind a transform. */
export function wholeNumberOr(usual: number, least: number, most: number) {
  return wholeNumber(least, most)
    .default(usual)
    .meta({ type: "integer", minimum: least, maximum: most, default: usual });
}

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
    for (const { path, code, detail, hint } of explainIssues(parsed.error.issues, [], values, new Map())) {
      const name = path.join("/");
      const told = code === "SLV1105" ? `The ${where} parameter "${name}" is missing.` : detail;
      faults.push({ pointer: `#/${where}/${name}`, detail: told, ...(hint === undefined ? {} : { hint }) });
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
