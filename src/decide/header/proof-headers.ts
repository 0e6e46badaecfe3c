// Headers by which a service learns who calls: what carries proofs, and the claims that were taken from them. A route of a
// namespace that was not granted the service may change other headers, and not these.
import type { Authentication } from "../../model/snapshot/access.ts";
import { plainName } from "./headers.ts";

/** Plain names (`plainName`), so that `x_user` is `x-user`. */
export function proofHeaders(policy: Authentication | null): ReadonlySet<string> {
  const names = ["authorization", "cookie"];
  for (const { from, claimToHeaders } of policy?.jwt ?? []) {
    names.push(...from.flatMap((source) => ("header" in source ? [source.header] : [])));
    names.push(...claimToHeaders.map(({ header }) => header));
  }
  for (const source of policy?.clientCredentials?.from ?? []) {
    if (source !== "basic") names.push(source.id, source.secret);
  }
  return new Set(names.map(plainName));
}
