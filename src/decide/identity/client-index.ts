// Clients by id, looked up so that the time it takes does not tell whether there is one: for an id that nobody has, one
// of the others stands in. Reading from a thousand records that are rarely touched is slower than from one that always
// is, by a microsecond: enough to tell ten thousand measurements apart (bench/workers/client-id-timing.ts).
import type { Client } from "../../model/snapshot/access.ts";

export interface ClientIndex {
  readonly byId: ReadonlyMap<string, Client>;
  readonly all: readonly Client[];
}

interface Candidate {
  /** The client, or whoever stands in; its secrets are compared in any case. */
  readonly client: Client;
  /** Whether the id is the client's own. */
  readonly isKnown: boolean;
}

const NOBODY: Client = { kind: "Application", namespace: "", name: "", secrets: [] };

export function indexClients(clients: Readonly<Record<string, Client>>): ClientIndex {
  return { byId: new Map(Object.entries(clients)), all: Object.values(clients) };
}

export function lookUpClient({ byId, all }: ClientIndex, id: string): Candidate {
  const standIn = all[placeOf(id) % Math.max(1, all.length)] ?? NOBODY;
  const found = byId.get(id);
  return { client: found ?? standIn, isKnown: found !== undefined };
}

function placeOf(id: string): number {
  let sum = 0;
  for (let at = 0; at < id.length; at++) {
    sum = (Math.imul(sum, 31) + id.charCodeAt(at)) >>> 0;
  }
  return sum;
}
