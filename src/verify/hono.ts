// For services written with Hono: a middleware. Hono itself is only needed for its types.
import type { MiddlewareHandler } from "hono";
import { refuseUnverified } from "./refuse-unverified.ts";
import { verifyRequest, type AssertedCaller, type VerifyOptions } from "./verify-request.ts";

/**
 * Only lets requests pass that came through the mesh; handlers find the caller under `c.get("selvage")`.
 *
 * @example app.use(selvage({ jwksUrl, audience: "shop/orders" }));
 */
export function selvage(options: VerifyOptions): MiddlewareHandler<{ Variables: { selvage: AssertedCaller } }> {
  return async (context, next) => {
    const verified = await verifyRequest(context.req.raw, options);
    if (!verified.ok) {
      const { body, ...init } = refuseUnverified(verified);
      return new Response(body, init);
    }
    context.set("selvage", verified.caller);
    return next();
  };
}
