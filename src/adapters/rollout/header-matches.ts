// Requests that always get the canary, by their headers. What cannot be said exactly is left out: with a condition
// less, requests would get it that never did.
import { compileRegex } from "../../decide/route/regex.ts";
import { headerMatchSchema } from "../../model/document/gateway-api/http-route-match.ts";
import { refusalOf } from "../source/judge-document.ts";
import { literally, patternOf, type StringValueMatch } from "../source/string-match.ts";
import type { Field } from "../source/source-field.ts";

/** All of its headers must hold. */
export interface HeaderMatches {
  readonly headers: readonly ({ readonly name: string } & StringValueMatch)[];
}

/** Alternatives of a Rollout, and headers of each, at most. */
const MOST = 16;

/** An alternative, and the field to tell of it. */
export interface MatchSource {
  readonly field: Field;
  /** Headers and what is said of their value; null: something of it cannot be said. */
  readonly headers: readonly (readonly [string, Field])[] | null;
}

/** Somebody has to agree before anybody gets the canary, which a match would not wait for. */
export const HOLDS_AT_ONCE =
  "A match of a Rollout holds at once, and would not wait until somebody agrees: it is left out. Write it when you promote";

export function headerMatches(sources: readonly MatchSource[]): HeaderMatches[] {
  const said: HeaderMatches[] = [];
  for (const { field, headers } of sources) {
    const matches = headers?.map(([name, value]) => headerMatch(name, value)) ?? [];
    const sayable = matches.filter((one) => one !== null);
    const isWhole = headers !== null && sayable.length === matches.length && sayable.length > 0;
    if (!isWhole || sayable.length > MOST) {
      field.drop(
        "A match of a Rollout is of headers, up to 16, each exact, by its beginning, its end or a pattern: " +
          "this one is left out whole, and its requests are dealt like any other",
      );
    } else if (said.length === MOST) {
      field.drop("A Rollout has up to 16 matches: this one is left out, and its requests are dealt like any other");
    } else {
      said.push({ headers: sayable });
    }
  }
  return said;
}

function headerMatch(name: string, value: Field): HeaderMatches["headers"][number] | null {
  const written = value.members().filter(([, one]) => one.present && one.value !== "");
  const [type, field] = written[0] ?? [];
  if (written.length !== 1 || type === undefined || field === undefined) {
    return null;
  }
  const said = valueOf(type, field);
  if (said === null) {
    return null;
  }
  const match = { name, type: said.type, value: said.value };
  return refusalOf(headerMatchSchema, match) === null ? match : null;
}

function valueOf(type: string, field: Field): StringValueMatch | null {
  if (type === "regex") {
    const pattern = patternOf(field);
    return pattern === null ? null : { type: "RegularExpression", value: pattern };
  }
  const text = field.text();
  if (type === "exact" && text !== null) {
    return { type: "Exact", value: text };
  }
  if (text === null || (type !== "prefix" && type !== "suffix")) {
    return null;
  }
  const value = type === "prefix" ? `${literally(text)}.*` : `.*${literally(text)}`;
  return compileRegex(value).ok ? { type: "RegularExpression", value } : null;
}
