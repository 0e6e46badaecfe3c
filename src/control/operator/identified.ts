// Who calls, found out before the call is made: for whoever makes calls in the name of somebody else and has to know
// their rights first. Kept with the Request object itself, which nobody outside of this isolate can hand in.
import type { Identity } from "./identity.ts";
import type { Operator } from "./operator.ts";

const identities = new WeakMap<Request, Identity>();

export const noteIdentity = (request: Request, identity: Identity): void => void identities.set(request, identity);

/** undefined = nobody has looked yet. */
export const notedIdentity = (request: Request): Identity | undefined => identities.get(request);

/** What the answers of reads depend on, of an operator: not their name. */
export function rightsOf({ role, namespaces }: Operator): string {
  return JSON.stringify([role, namespaces === null ? null : namespaces.toSorted()]);
}
