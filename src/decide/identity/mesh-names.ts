// What the mesh calls itself and its parties in tokens: one spelling for who signs and for who reads.
import type { Caller } from "../../model/snapshot/caller.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";
import { partsOfKey } from "../../model/word/refs.ts";

/** What the mesh is called: its SPIFFE trust domain. */
interface Naming {
  readonly trustDomain: string;
}

/** `aud` of tokens that are shown to the mesh itself. */
export function meshAudience({ trustDomain }: Naming): string {
  return `spiffe://${trustDomain}`;
}

/** SPIFFE ID of a Service (`sa`) or an Application (`app`). */
export function principalOf({ trustDomain }: Naming, kind: "sa" | "app", namespace: string, name: string): string {
  return `spiffe://${trustDomain}/ns/${namespace}/${kind}/${name}`;
}

/** `aud` of an assertion: the service by both of its names. */
export function serviceAudience(naming: Naming, service: ServiceKey): readonly [string, string] {
  const { namespace, name } = partsOfKey(service);
  return [principalOf(naming, "sa", namespace, name), service];
}

/** On whose behalf somebody acts, inside out (RFC 8693 §4.1). */
export interface Actor {
  readonly sub: string;
  readonly act?: Actor;
}

const NOBODY = "anonymous";

/**
 * Who a service is told calls it. `sub` is on whose behalf: the user (`<issuer>/<subject>`), else the application, else
 * the workload, else `anonymous`; `act` is who acts for them, the nearest to the service outermost.
 */
export function chainOf({ user, application, workload }: Caller): Actor {
  const chain: string[] = [];
  if (user !== null && user.subject !== null) {
    chain.push(`${user.issuer}/${user.subject}`);
  }
  if (application !== null) {
    chain.push(application.principal);
  }
  if (workload !== null) {
    chain.push(workload.principal);
  }
  const [sub = NOBODY, ...actors] = chain;
  let act: Actor | null = null;
  for (const actor of actors) {
    act = act === null ? { sub: actor } : { sub: actor, act };
  }
  return act === null ? { sub } : { sub, act };
}
