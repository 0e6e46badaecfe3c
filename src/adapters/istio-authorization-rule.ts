// Rules of Istio's AuthorizationPolicy → ours. A condition that cannot be said, even in one value, is not said at all: an
// ALLOW loses the rule with it, a DENY or AUDIT keeps the rule without the condition and so matches more.
import { authorizationPolicySpecSchema } from "../model/authorization.ts";
import { refusalOf } from "./judge-document.ts";
import { isRecord, type Field } from "./source-field.ts";

export type Action = "ALLOW" | "DENY" | "AUDIT";

const REASONS: Readonly<Record<string, string>> = {
  requestPrincipals: "Callers with a token are told apart by when: claim:iss, claim:sub",
  ports: "Endpoints are URLs: a service has no ports of its own",
};
const NEGATIVE = "Nothing can be said by what it is not";

interface Condition {
  readonly from: string;
  readonly to: string;
  /** The value as ours; null when it cannot be said. */
  readonly value: (text: string) => string | null;
  /** Said, with another meaning. */
  readonly changed?: string;
}

const same = (text: string): string => text;

function conditionsOf(part: "source" | "operation", trustDomain: string): readonly Condition[] {
  if (part === "operation") {
    return [
      { from: "methods", to: "methods", value: same },
      { from: "paths", to: "paths", value: (text) => (/[{}]/.test(text) ? null : text) },
      { from: "hosts", to: "hosts", value: (text) => text.toLowerCase() },
    ];
  }
  const changed = "A workload is named after its service here (sa/<service>), not after its Kubernetes service account";
  return [
    { from: "principals", to: "principals", value: (text) => principal(text, trustDomain), changed },
    { from: "namespaces", to: "namespaces", value: same },
    {
      from: "ipBlocks",
      to: "ipBlocks",
      value: same,
      changed: "It is the client's address as the platform says it, not the peer's",
    },
    { from: "remoteIpBlocks", to: "ipBlocks", value: same },
  ];
}

/** `cluster.local/ns/shop/sa/web` is a SPIFFE ID without its scheme; `cluster.local` stands for the mesh's own domain. */
function principal(text: string, trustDomain: string): string {
  if (text.startsWith("*")) return text;
  return `spiffe://${text.replace(/^cluster\.local(?=\/|$)/, trustDomain)}`;
}

export function translateRules(field: Field, action: Action, trustDomain: string): object[] {
  return field.items().flatMap((rule) => {
    if (!isRecord(rule.value)) {
      rule.drop("It is not a rule");
      return [];
    }
    const said = translateRule(rule, action, trustDomain);
    if (said === null) return [];
    const refusal = refusalOf(authorizationPolicySpecSchema, { targetRefs: [], action, rules: [said] });
    if (refusal === null) return [said];
    if (action === "ALLOW") rule.drop(`${refusal}: the rule is refused`);
    else rule.change(`${refusal}: the rule matches every request instead`);
    return action === "ALLOW" ? [] : [{}];
  });
}

/** Null when an ALLOW must not have it. */
function translateRule(rule: Field, action: Action, trustDomain: string): object | null {
  const lost: string[] = [];
  const lose = (condition: Field, why: string): void => {
    lost.push(condition.pointer);
    const effect =
      action === "ALLOW"
        ? "the rule, which would allow more without it, is refused"
        : "the rule matches more without it";
    condition.drop(`${why}: ${effect}`);
  };
  const entries = (list: "from" | "to", part: "source" | "operation"): object[] =>
    rule
      .at(list)
      .items()
      .map((entry) => {
        const conditions = translateEntry(entry.at(part), conditionsOf(part, trustDomain), lose);
        for (const [key, other] of entry.members())
          if (key !== part && other.present) lose(other, `Nothing here corresponds to ${key}`);
        return conditions;
      });
  const from = entries("from", "source");
  const to = entries("to", "operation");
  const when = rule
    .at("when")
    .items()
    .flatMap((condition) => translateWhen(condition, lose) ?? []);
  for (const [key, other] of rule.members()) {
    if (!["from", "to", "when"].includes(key) && other.present) lose(other, `Nothing here corresponds to ${key}`);
    // A list that is none would otherwise read as a condition that was never there.
    else if (other.present && !Array.isArray(other.value)) lose(other, `${key} is not a list`);
  }
  if (lost.length > 0 && action === "ALLOW") {
    rule.drop("A part of the rule cannot be said, and without it the rule would allow more: it is refused");
    return null;
  }
  return {
    ...(from.length > 0 ? { from } : {}),
    ...(to.length > 0 ? { to } : {}),
    ...(when.length > 0 ? { when } : {}),
  };
}

type Lose = (condition: Field, why: string) => void;

function translateEntry(entry: Field, conditions: readonly Condition[], lose: Lose): object {
  const said: Record<string, readonly string[]> = {};
  for (const [key, field] of entry.members()) {
    if (!field.present) continue;
    const condition = conditions.find(({ from }) => from === key);
    if (condition === undefined || Object.hasOwn(said, condition.to)) {
      lose(field, key.startsWith("not") ? NEGATIVE : (REASONS[key] ?? `Nothing here corresponds to ${key}`));
      continue;
    }
    const texts = field.items().map((value) => value.text());
    // An empty list is no condition, there and here.
    if (Array.isArray(field.value) && texts.length === 0) continue;
    const values = texts.flatMap((text) => (text === null ? [] : (condition.value(text) ?? [])));
    const refusal =
      values.length < texts.length || values.length === 0
        ? "A value of it cannot be said here"
        : refusedBy(condition, values);
    if (refusal !== null) {
      lose(field, refusal);
      continue;
    }
    if (condition.changed !== undefined) field.change(condition.changed);
    said[condition.to] = values;
  }
  // A source that is no mapping would read as every source.
  if (!entry.present || Array.isArray(entry.value) || typeof entry.value !== "object")
    lose(entry, "It says nothing that can be read");
  return said;
}

function refusedBy({ from, to }: Condition, values: readonly string[]): string | null {
  const part = ["methods", "paths", "hosts"].includes(from) ? "to" : "from";
  return refusalOf(authorizationPolicySpecSchema, { targetRefs: [], rules: [{ [part]: [{ [to]: values }] }] });
}

function translateWhen(field: Field, lose: Lose): object | null {
  const written = field.at("key").text() ?? "";
  const [, header] = /^request\.headers\[([^\]]+)\]$/.exec(written) ?? [];
  const [, claim] = /^request\.auth\.claims\[([^\]]+)\]$/.exec(written) ?? [];
  const key = header === undefined ? (claim === undefined ? null : `claim:${claim}`) : `header:${header.toLowerCase()}`;
  const texts = (name: string): string[] =>
    field
      .at(name)
      .items()
      .flatMap((entry) => entry.text() ?? []);
  const [values, notValues] = [texts("values"), texts("notValues")];
  const condition = {
    ...(key === null ? {} : { key }),
    ...(values.length > 0 ? { values } : {}),
    ...(notValues.length > 0 ? { notValues } : {}),
  };
  const complete = field
    .members()
    .every(
      ([name, { value }]) =>
        name === "key" ||
        (["values", "notValues"].includes(name) &&
          Array.isArray(value) &&
          value.every((one) => typeof one === "string")),
    );
  const refusal =
    !complete || key === null
      ? `${written || "It"} cannot be compared here`
      : refusalOf(authorizationPolicySpecSchema, { targetRefs: [], rules: [{ when: [condition] }] });
  if (refusal === null) return condition;
  lose(field, refusal);
  return null;
}
