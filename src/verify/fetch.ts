// For services that are a fetch handler: Workers, Deno, Bun.
import { refuseUnverified } from "./refuse-unverified.ts";
import { verifyRequest, type AssertedCaller, type VerifyOptions } from "./verify-request.ts";

/**
 * Wraps a handler so that it only sees requests that came through the mesh.
 *
 * @example
 * const answer = (request, caller) => new Response(caller.subject);
 * export default { fetch: throughMesh({ jwksUrl, audience: "shop/orders" }, answer) };
 */
export function throughMesh<Rest extends readonly unknown[]>(
  options: VerifyOptions,
  handle: (request: Request, caller: AssertedCaller, ...rest: Rest) => Response | Promise<Response>,
): (request: Request, ...rest: Rest) => Promise<Response> {
  return async (request, ...rest) => {
    const verified = await verifyRequest(request, options);
    if (verified.ok) {
      return handle(request, verified.caller, ...rest);
    }
    const { body, ...init } = refuseUnverified(verified);
    return new Response(body, init);
  };
}
