// Rules of Istio's AuthorizationPolicy → ours. A condition that cannot be said is left out: an ALLOW loses the rule
// with it, a DENY or AUDIT keeps the rule and so matches more. What an entry of `from` or `to` cannot hold stands in
// `when`, which is about the whole rule; so with several entries it becomes one rule for each.
import { authorizationPolicySpecSchema } from "../../model/document/kind/authorization.ts";
import {
  conditionOf,
  translateWhen,
  valuesOf,
  type Action,
  type WhenCondition,
  type ConditionContext,
  type Lose,
} from "./authorization-condition.ts";
import { OPERATION, SOURCE, type Term, type TermContext } from "./authorization-terms.ts";
import { refusalOf } from "../source/judge-document.ts";
import { isRecord } from "../../model/word/record.ts";
import type { Field } from "../source/source-field.ts";

const REASONS: Readonly<Record<string, string>> = {
  ports: "Endpoints are URLs: a service has no ports of its own",
  notPorts: "Endpoints are URLs: a service has no ports of its own",
};

/** An entry of `from` or `to`, and what of it only `when` can say. */
interface Entry {
  readonly lists: Readonly<Record<string, readonly string[]>>;
  readonly when: readonly WhenCondition[];
}

interface Rule {
  readonly from?: readonly Entry["lists"][];
  readonly to?: readonly Entry["lists"][];
  readonly when?: readonly WhenCondition[];
}

export function translateRules(field: Field, action: Action, context: TermContext): object[] {
  return field.items().flatMap((rule): object[] => {
    if (!isRecord(rule.value)) {
      rule.drop("It is not a rule");
      return [];
    }
    const said = translateRule(rule, action, context);
    const refusal = said
      .map((one) => refusalOf(authorizationPolicySpecSchema, { targetRefs: [], action, rules: [one] }))
      .find((text) => text !== null);
    if (refusal === undefined) {
      return said;
    }
    if (action === "ALLOW") {
      rule.drop(`${refusal}: the rule is refused`);
    } else {
      rule.change(`${refusal}: the rule matches every request instead`);
    }
    return action === "ALLOW" ? [] : [{}];
  });
}

/** None when an ALLOW must not have it. */
function translateRule(rule: Field, action: Action, terms: TermContext): Rule[] {
  const lost = new Set<string>();
  const lose: Lose = (condition, why) => {
    if (lost.has(condition.pointer)) {
      return;
    }
    lost.add(condition.pointer);
    const effect =
      action === "ALLOW"
        ? "the rule, which would allow more without it, is refused"
        : "the rule matches more without it";
    condition.drop(`${why}: ${effect}`);
  };
  const context = { ...terms, action, lose };
  const entries = (list: "from" | "to", part: string, known: Readonly<Record<string, Term>>): Entry[] =>
    rule
      .at(list)
      .items()
      .map((entry) => {
        const said = translateEntry(entry.at(part), known, context);
        for (const [key, other] of entry.members()) {
          if (key !== part && other.present) {
            lose(other, `Nothing here corresponds to ${key}`);
          }
        }
        return said;
      });
  const from = entries("from", "source", SOURCE);
  const to = entries("to", "operation", OPERATION);
  const when = rule
    .at("when")
    .items()
    .flatMap((condition) => translateWhen(condition, context) ?? []);
  for (const [key, other] of rule.members()) {
    if (!["from", "to", "when"].includes(key) && other.present) {
      lose(other, `Nothing here corresponds to ${key}`);
    }
    // A list that is none would otherwise read as a condition that was never there.
    else if (other.present && !Array.isArray(other.value)) {
      lose(other, `${key} is not a list`);
    }
  }
  if (lost.size > 0 && action === "ALLOW") {
    rule.drop("A part of the rule cannot be said, and without it the rule would allow more: it is refused");
    return [];
  }
  return groups(from).flatMap((sources) =>
    groups(to).map((operations) => {
      const all = [...when, ...[...sources, ...operations].flatMap((entry) => entry.when)];
      return Object.assign(listsOf("from", sources), listsOf("to", operations), all.length > 0 ? { when: all } : {});
    }),
  );
}

/**
 * Entries that may stand in one rule: all, unless one of them says something in `when`, where it would bind the others.
 */
function groups(entries: readonly Entry[]): (readonly Entry[])[] {
  return entries.some(({ when }) => when.length > 0) ? entries.map((entry) => [entry]) : [entries];
}

function listsOf(name: "from" | "to", entries: readonly Entry[]): Rule {
  const [first] = entries;
  const isSaidByWhen = entries.length === 1 && first?.when.length !== 0 && Object.keys(first?.lists ?? {}).length === 0;
  return entries.length === 0 || isSaidByWhen ? {} : { [name]: entries.map(({ lists }) => lists) };
}

function translateEntry(entry: Field, terms: Readonly<Record<string, Term>>, context: ConditionContext): Entry {
  const { lose } = context;
  const lists: Record<string, readonly string[]> = {};
  const when: WhenCondition[] = [];
  for (const [key, field] of entry.members()) {
    if (!field.present) {
      continue;
    }
    const positive = key.replace(/^not([A-Z])/, (_, letter: string) => letter.toLowerCase());
    const term = Object.hasOwn(terms, positive) ? terms[positive] : undefined;
    if (term === undefined) {
      lose(field, REASONS[key] ?? `Nothing here corresponds to ${key}`);
      continue;
    }
    const negative = positive !== key;
    const values = valuesOf(field, term, negative, context);
    if (values === null || values.length === 0) {
      continue;
    }
    const { list } = term;
    if (list !== null && !negative && !Object.hasOwn(lists, list) && isEntry(list, values)) {
      lists[list] = values;
    } else {
      const condition = conditionOf(field, term, values, negative, lose);
      if (condition !== null) {
        when.push(condition);
      }
    }
  }
  // A source that is no mapping would read as every source.
  if (!isRecord(entry.value)) {
    lose(entry, "It says nothing that can be read");
  }
  return { lists, when };
}

function isEntry(list: string, values: readonly string[]): boolean {
  const part = ["methods", "paths", "hosts"].includes(list) ? "to" : "from";
  const rules = [{ [part]: [{ [list]: values }] }];
  return refusalOf(authorizationPolicySpecSchema, { targetRefs: [], rules }) === null;
}
