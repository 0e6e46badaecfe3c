// What AuthorizationPolicies judge of a request: the path of the service, without what addressed it and before any
// rewrite.
import type { AuthorizationRequest } from "../../decide/authorize/request.ts";
import { dropSegments } from "../../decide/route/rewrite.ts";
import type { Exchange, Routed } from "./exchange.ts";

export function authorizationRequestOf(
  { admitted, caller }: Pick<Exchange, "admitted" | "caller">,
  routed: Routed,
): AuthorizationRequest {
  const { matchPath, headers } = admitted;
  const asSent = routed.addressPrefix === "" ? matchPath : dropSegments(matchPath, 2) || "/";
  // What a namespace that was given nothing rewrites is allowed or not as the service will see it.
  const path = routed.access.foreign === true ? routed.sent.matchPath : asSent;
  return {
    caller,
    clientAddress: admitted.clientAddress,
    method: admitted.method,
    host: admitted.host,
    path,
    otherPaths: () => [matchPath, asSent, routed.sent.matchPath],
    header: (name) => (name === "host" ? admitted.host : headers.get(name)),
  };
}
