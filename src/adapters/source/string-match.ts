// Istio's StringMatch (exact, prefix, regex, or nothing = present) → value matches of the Gateway API, which knows
// exact values and RE2 patterns that match the whole value.
import { compileRegex } from "../../decide/route/regex.ts";
import type { Field } from "./source-field.ts";

export interface StringValueMatch {
  readonly type: "Exact" | "RegularExpression";
  readonly value: string;
}

/** A text as a pattern that matches nothing else (RE2). */
export function literally(text: string): string {
  return text.replaceAll(/[\\.+*?()|[\]{}^$]/g, "\\$&");
}

/** The pattern of a `regex` field; null and a note when the mesh does not take it. */
export function patternOf(field: Field): string | null {
  const pattern = field.text();
  if (pattern === null) {
    return null;
  }
  const compiled = compileRegex(pattern);
  if (compiled.ok) {
    return pattern;
  }
  field.drop(compiled.reason);
  return null;
}

/** Of a header or a query parameter. Null when it cannot be said; what was not read is told with the rest. */
export function valueMatch(field: Field): StringValueMatch | null {
  const [exact, prefix, regex] = ["exact", "prefix", "regex"].map((name) => field.at(name));
  const text = exact?.text() ?? null;
  if (text !== null) {
    if (text !== "") {
      return { type: "Exact", value: text };
    }
    return { type: "RegularExpression", value: "^$" };
  }
  const start = prefix?.text() ?? null;
  if (start !== null) {
    return { type: "RegularExpression", value: `${literally(start)}.*` };
  }
  if (regex?.present === true) {
    const pattern = patternOf(regex);
    return pattern === null ? null : { type: "RegularExpression", value: pattern };
  }
  const empty = typeof field.value === "object" && field.value !== null && Object.keys(field.value).length === 0;
  if (!empty && field.present) {
    return null;
  }
  field.take();
  return { type: "RegularExpression", value: ".*" };
}
