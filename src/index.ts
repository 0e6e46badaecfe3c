// The map: what is under /_selvage/ goes to the control plane, everything else is traffic. The control plane is loaded
// when it is first called, so that an isolate which only serves traffic never evaluates it.
import { entrance } from "./decide/entrance.ts";
import type { Env } from "./env.ts";
import { toProblem } from "./model/problem.ts";
import { proxy } from "./proxy/pipeline.ts";

export { CircuitBreaker } from "../durable/circuit-breaker.ts";
export { JwksCache } from "../durable/jwks-cache.ts";
export { KeyRing } from "../durable/key-ring.ts";
export { Mesh } from "../durable/mesh.ts";
export { Presence } from "../durable/presence.ts";
export { RateLimiter } from "../durable/rate-limiter.ts";
export { Registry } from "./config/registry.ts";

export default {
  async fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
    switch (entrance(request.url, env.ADMIN_HOST)) {
      case "traffic":
        return proxy(request, env, ctx);
      case "closed":
        return nothingHere();
      case "control": {
        const { controlApp } = await import("./control/app.ts");
        return controlApp.fetch(request, env, ctx);
      }
    }
  },

  async scheduled(controller: ScheduledController, env: Env): Promise<void> {
    const { sweep } = await import("./config/sweep.ts");
    await sweep(env, controller.scheduledTime);
  },
};

/** Says no more than any path that does not exist. */
function nothingHere(): Response {
  const requestId = crypto.randomUUID();
  const problem = toProblem({ problem: "noRoute", detail: "There is nothing at this address." }, requestId);
  return Response.json(problem, {
    status: problem.status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store", "x-request-id": requestId },
  });
}
