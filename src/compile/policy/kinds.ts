// Every kind of policy there is. A new one is a value here, a table in `model/snapshot/policies.ts` and a stage in the
// proxy.
import type { Document } from "../../model/document/document.ts";
import { authentication } from "./authentication.ts";
import { authorization } from "./authorization.ts";
import { fault } from "./fault.ts";
import { ipAccess } from "./ip-access.ts";
import type { Policy, PolicyKind } from "./kind.ts";
import { limit } from "./limit.ts";
import { traffic } from "./traffic.ts";

export const policyKinds: readonly PolicyKind[] = [traffic, limit, fault, authentication, authorization, ipAccess];

const byName: ReadonlyMap<string, PolicyKind> = new Map(policyKinds.map((one) => [one.kind, one]));

export function isPolicy(document: Document): document is Policy {
  return byName.has(document.kind);
}
