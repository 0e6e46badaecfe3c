// Headers by which a service learns who calls, from where, and as what: what carries proofs and the claims that were taken
// from them, what no caller may say either, traces, ids. A route of a namespace that was not granted the service may change
// other headers, and not these.
import type { Authentication } from "../../model/snapshot/access.ts";
import type { HeaderPair } from "../../model/snapshot/snapshot.ts";
import { isDropped } from "./headers.ts";

interface Changing {
  keys(): Iterable<string>;
  get(name: string): string | null;
  set(name: string, value: string): void;
  delete(name: string): void;
}

/** @returns what puts them back as they are now */
export function keepProofHeaders(headers: Changing, policy: Authentication | null): () => void {
  const names = proofNames(policy);
  const present = (): string[] => [...headers.keys()].filter((name) => isKept(name) || names.has(plain(name)));
  const before = present().map((name): HeaderPair => [name, headers.get(name) ?? ""]);
  return () => {
    for (const name of present()) headers.delete(name);
    for (const [name, value] of before) headers.set(name, value);
  };
}

/** Whatever the policies are. `upgrade` and the like are no less the mesh's to say. */
export function isKept(name: string): boolean {
  return ALWAYS.has(plain(name)) || isDropped(plain(name));
}

/** A key that makes two requests one is the caller's, as is the trace that it is part of. */
const ALWAYS: ReadonlySet<string> = new Set([
  "authorization",
  "baggage",
  "cookie",
  "idempotency-key",
  "origin",
  "traceparent",
  "tracestate",
  "x-request-id",
]);

function proofNames(policy: Authentication | null): ReadonlySet<string> {
  const names: string[] = [];
  for (const { from, claimToHeaders } of policy?.jwt ?? []) {
    names.push(...from.flatMap((source) => ("header" in source ? [source.header] : [])));
    names.push(...claimToHeaders.map(({ header }) => header));
  }
  for (const source of policy?.clientCredentials?.from ?? []) {
    if (source !== "basic") names.push(source.id, source.secret);
  }
  return new Set(names.map(plain));
}

/** `x_user` reaches many servers as `x-user`. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll("_", "-");
}
