// Headers by which a service learns who calls, from where, and as what: what carries proofs and the claims that were
// taken from them, what no caller may say either, traces, ids. A route of a namespace that was not granted the service
// may change other headers, and not these.
import type { Authentication } from "../../model/snapshot/access.ts";
import { isDropped, plainName } from "./headers.ts";

/** Whether a header is closed to who wants to write it. */
export type ClosedHeaders = (name: string) => boolean;

export function proofHeaders(policy: Authentication | null): ClosedHeaders {
  const names: string[] = [];
  for (const { from, claimToHeaders } of policy?.jwt ?? []) {
    names.push(...from.flatMap((source) => ("header" in source ? [source.header] : [])));
    names.push(...claimToHeaders.map(({ header }) => header));
  }
  for (const source of policy?.clientCredentials?.from ?? []) {
    if (source !== "basic") {
      names.push(source.id, source.secret);
    }
  }
  const proofs = new Set(names.map(plainName));
  return (name) => tellsWho(name) || proofs.has(plainName(name));
}

/** Whatever the policies are; `x_user` is `x-user`. */
export function tellsWho(name: string): boolean {
  const plain = plainName(name);
  return ALWAYS.has(plain) || isDropped(plain);
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
