// Which headers and query parameters the rules of a mesh read: what a receipt keeps digests of, and nothing else.
import type { KeyPart } from "../../model/snapshot/limit.ts";
import type { Snapshot } from "../../model/snapshot/snapshot.ts";

export interface Reads {
  /** Names in lower case. */
  readonly headers: readonly string[];
  readonly query: readonly string[];
}

/** Of a mesh that reads more, the first. */
const MOST = 64;
export function readsOf(snapshot: Snapshot): Reads {
  const { router, policies } = snapshot;
  const headers = new Set<string>();
  const query = new Set<string>();
  for (const match of router.matches) {
    match.headers.forEach(({ name }) => headers.add(name));
    match.query.forEach(({ name }) => query.add(name));
  }
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
