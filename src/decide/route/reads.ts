// Which headers and query parameters the rules of a mesh read: what a receipt keeps digests of, and nothing else.
import type { KeyPart } from "../../model/snapshot/limit.ts";
import type { ValueMatch } from "../../model/snapshot/value-match.ts";
import type { ComparedNames, RuleMatch, Snapshot } from "../../model/snapshot/snapshot.ts";

export interface Reads {
  /** Names in lower case. */
  readonly headers: readonly string[];
  readonly query: readonly string[];
}

/** Of a mesh that reads more, the first. */
const MOST = 64;
export function readsOf(snapshot: Snapshot): Reads {
  const { router, policies } = snapshot;
  const compared = router.compared ?? comparedBy(router.matches);
  const headers = new Set(compared.headers);
  const query = new Set(compared.query);
  for (const { headers: conditions } of policies.fault ?? []) {
    conditions.forEach(({ name }) => headers.add(name));
  }
  for (const { rules } of policies.authorization ?? []) {
    for (const { key } of rules.flatMap(({ when }) => when)) {
      if (key.startsWith("header:")) {
        headers.add(key.slice("header:".length));
      }
    }
  }
  const balances = (policies.traffic ?? []).map(({ calls }) => calls?.balance);
  const hashed = balances.flatMap((one) => (one?.policy === "ring-hash" ? [one.key] : []));
  for (const part of [...(policies.limit ?? []).flatMap(({ key }): readonly KeyPart[] => key), ...hashed]) {
    if (part.from === "header") {
      headers.add(part.name);
    }
  }
  return { headers: [...headers].slice(0, MOST), query: [...query].slice(0, MOST) };
}

/** Kept in the snapshot, so that nobody has to read every match to know which headers matter. */
export function comparedBy(matches: readonly RuleMatch[]): ComparedNames {
  const headers = new Set<string>();
  const query = new Set<string>();
  for (const match of matches) {
    match.headers.forEach(({ name }) => headers.add(name));
    match.query.forEach(({ name }) => query.add(name));
  }
  return { headers: [...headers], query: [...query] };
}

/** The values that rules compare with, by what they compare: `["header:x-tenant", "a"]`. */
export function namedValues({ router, policies }: Snapshot): [read: string, value: string][] {
  const found: [string, string][] = [];
  const exact = (kind: string, conditions: readonly ValueMatch[]): void => {
    for (const { type, name, value } of conditions) {
      if (type === "Exact") {
        found.push([`${kind}:${name}`, value]);
      }
    }
  };
  for (const { headers, query } of router.matches) {
    exact("header", headers);
    exact("query", query);
  }
  for (const { headers } of policies.fault ?? []) {
    exact("header", headers);
  }
  for (const { key, values, notValues, contains } of (policies.authorization ?? []).flatMap(({ rules }) =>
    rules.flatMap(({ when }) => when),
  )) {
    if (key.startsWith("header:")) {
      found.push(...[...values, ...notValues, ...contains].map((value): [string, string] => [key, value]));
    }
  }
  return [...new Map(found.map((one) => [one.join(" "), one])).values()].slice(0, MOST_VALUES);
}

const MOST_VALUES = 2000;
