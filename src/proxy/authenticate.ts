// Whether the proofs that hold where the request goes are there: those of the AuthenticationPolicy in force, and where none
// of the service's own is, an identity for services that are not public.
import { isProven } from "../decide/caller.ts";
import type { Caller } from "../model/caller.ts";
import type { ServiceKey } from "../model/snapshot.ts";
import type { Denied, Exchange, Routed } from "./exchange.ts";

export type Authenticated = { readonly caller: Caller } | Denied;

export function authenticate(
  { caller }: Exchange,
  { guarded, access }: Routed,
): Authenticated | Promise<Authenticated> {
  if (guarded !== null && access.ownAuthentication !== true && !isProven(caller)) return identityRequired(guarded);
  return { caller };
}

function identityRequired(service: ServiceKey): Denied {
  return {
    policy: `Service/${service}`,
    refusal: {
      problem: "identityRequired",
      detail: `The service ${service} takes only callers with an identity: its exposure is "mesh"`,
      extensions: { service },
      headers: { "www-authenticate": 'Bearer realm="selvage"' },
    },
  };
}
