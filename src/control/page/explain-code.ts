// What a code means, for `/_selvage/problems/{code}` and docs/errors.md: problems with why and what to do, findings
// with their sentence.
import { kinds } from "../../model/document/kinds.ts";
import { findingCodes } from "../../model/word/finding-codes.ts";
import { type ProblemName, problems } from "../../model/word/problem.ts";
import { problemTexts } from "./problem-texts.ts";

export interface CodeExplanation {
  readonly code: string;
  readonly title: string;
  /** HTTP status; null = a finding, which is told inside another answer. */
  readonly status: number | null;
  readonly why: string;
  readonly fix: string;
}

const findingFix =
  "The finding's `hint` says what to do about this one; `pointer`, and line and column when the source was YAML, say where it is.";

const ofKinds = Object.values(kinds).flatMap(({ findings = {} }) => Object.entries(findings));

export function explainCodes(): CodeExplanation[] {
  // Object.keys gives back the names that the table was made with.
  const names = Object.keys(problems) as ProblemName[];
  return [
    ...names.map((name) => {
      const { code, title, status } = problems[name];
      const { why, fix } = problemTexts[name];
      return { code, title, status, why, fix };
    }),
    ...[...Object.entries(findingCodes), ...ofKinds].map(([code, title]) => ({
      code,
      title: title.replace(/\.$/, ""),
      status: null,
      fix: findingFix,
      why: "Told in the `errors` or `warnings` of apply, diff and validate, about one document.",
    })),
  ].sort((one, other) => (one.code < other.code ? -1 : 1));
}

/** null = there is no such code. Any case. */
export function explainCode(code: string): CodeExplanation | null {
  return explainCodes().find((known) => known.code === code.toUpperCase()) ?? null;
}
