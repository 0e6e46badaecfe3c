// Every kind of policy there is. A new one is a value here, a table in `model/snapshot/policies.ts` and a stage in the proxy.
import type { Document } from "../../model/document/document.ts";
import { authentication } from "./authentication.ts";
import { authorization } from "./authorization.ts";
import { faultKind } from "./fault.ts";
import type { Policy, PolicyKind } from "./kind.ts";
import { limitKind } from "./limit.ts";
import { traffic } from "./traffic.ts";

export const policyKinds: readonly PolicyKind[] = [traffic, limitKind, faultKind, authentication, authorization];

const byName: ReadonlyMap<string, PolicyKind> = new Map(policyKinds.map((one) => [one.kind, one]));

export function isPolicy(document: Document): document is Policy {
  return byName.has(document.kind);
}
