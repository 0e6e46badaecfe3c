// One condition of Istio's AuthorizationPolicy → ours. What cannot be said, even in one value, is not said at all.
import { authorizationPolicySpecSchema } from "../../model/document/kind/authorization.ts";
import type { Term, TermContext } from "./authorization-terms.ts";
import { termOfKey } from "./authorization-terms.ts";
import { refusalOf } from "../source/judge-document.ts";
import type { Field } from "../source/source-field.ts";

export type Action = "ALLOW" | "DENY" | "AUDIT";
export type Lose = (condition: Field, why: string) => void;

export interface ConditionContext extends TermContext {
  readonly action: Action;
  readonly lose: Lose;
}

export interface WhenCondition {
  readonly key: string;
  readonly values?: readonly string[];
  readonly notValues?: readonly string[];
}

const UNSAID = "A value of it cannot be said here";

/**
 * The values of a list as ours; null, and told, when they cannot be said. An empty list is no condition, there and
 * here.
 */
export function valuesOf(
  field: Field,
  term: Term,
  negative: boolean,
  context: ConditionContext,
): readonly string[] | null {
  const { action, lose } = context;
  const texts = field.items().map((value) => value.text());
  const said = texts.map((text) => (text === null ? null : term.values(text, context)));
  if (!Array.isArray(field.value) || said.includes(null)) {
    lose(field, UNSAID);
    return null;
  }
  const values = said.flatMap((list) => list ?? []);
  const changed = texts.flatMap((text) => (text === null ? [] : (term.changed?.(text, context) ?? [])))[0];
  if (changed !== undefined && negative && action === "ALLOW") {
    // Everybody but the one named: who is called otherwise here would get in.
    lose(field, changed);
    return null;
  }
  if (changed !== undefined) {
    field.change(changed);
  }
  if (term.told !== undefined) {
    field.change(term.told);
  }
  return values;
}

/** An entry of a rule's `when`; null, and told, when it cannot be said. */
export function translateWhen(field: Field, context: ConditionContext): WhenCondition | null {
  const { lose } = context;
  const written = field.at("key").text() ?? "";
  const term = termOfKey(written);
  if (term === null) {
    lose(field, `${written || "It"} cannot be compared here`);
    return null;
  }
  for (const [name, member] of field.members()) {
    if (["key", "values", "notValues"].includes(name) || !member.present) {
      continue;
    }
    lose(field, `${written} cannot be compared here by ${name}`);
    return null;
  }
  const [values, notValues] = (["values", "notValues"] as const).map((name) => {
    const list = field.at(name);
    return list.present ? valuesOf(list, term, name === "notValues", context) : [];
  });
  if (!values || !notValues) {
    lose(field, UNSAID);
    return null;
  }
  const condition = {
    key: term.key,
    ...(values.length > 0 ? { values } : {}),
    ...(notValues.length > 0 ? { notValues } : {}),
  };
  return refused(condition, field, lose) ? null : condition;
}

/** As a condition of `when`, which can say what lists cannot. */
export function conditionOf(
  field: Field,
  term: Term,
  values: readonly string[],
  negative: boolean,
  lose: Lose,
): WhenCondition | null {
  const condition = { key: term.key, [negative ? "notValues" : "values"]: values };
  return refused(condition, field, lose) ? null : condition;
}

function refused(condition: WhenCondition, field: Field, lose: Lose): boolean {
  const refusal = refusalOf(authorizationPolicySpecSchema, { targetRefs: [], rules: [{ when: [condition] }] });
  if (refusal !== null) {
    lose(field, refusal);
  }
  return refusal !== null;
}
