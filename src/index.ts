// The map: what is under /_selvage/ goes to the control plane, everything else is traffic. Control plane and adapters
// are loaded when they are first called, so that an isolate which only serves traffic never evaluates it.
import { settingsOf } from "./env/settings.ts";
import { planeOf, type Plane } from "./decide/route/plane.ts";
import type { DataPlane } from "./control/register/register.ts";
import type { Env } from "./env/env.ts";
import { toProblem, type Refusal } from "./model/word/problem.ts";
import { decideExternally } from "./proxy/external-decision.ts";
import { proxy } from "./proxy/pipeline.ts";
import { rateLimitService } from "./proxy/limit/rate-limit-service.ts";

export { CircuitBreaker } from "../durable/circuit-breaker.ts";
export { JwksCache } from "../durable/jwks-cache.ts";
export { KeyRing } from "../durable/key-ring.ts";
export { Mesh } from "../durable/mesh.ts";
export { Presence } from "../durable/presence.ts";
export { RateLimiter } from "../durable/rate-limiter.ts";
export { Telemetry } from "../durable/telemetry.ts";
export { Registry } from "./registry/registry.ts";

export default {
  async fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
    const plane = planeOf(request.url, settingsOf(env).adminHost);
    if (plane === "traffic" && !isBelow(request.url)) {
      return proxy(request, env, ctx);
    }
    return unkept(await ownAnswer(plane, request, env, ctx));
  },

  async scheduled(controller: ScheduledController, env: Env): Promise<void> {
    const { sweep } = await import("./registry/sweep.ts");
    await sweep(env, controller.scheduledTime);
  },
};

async function ownAnswer(plane: Plane, request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
  switch (plane) {
    case "traffic":
      return proxy(request, env, ctx);
    case "closed":
      return nothingHere(request);
    case "adapters": {
      const { adapters } = await import("./adapters/adapters.ts");
      return adapters(request, env, ctx, decideExternally, rateLimitService);
    }
    case "control": {
      if (request.headers.has("selvage-service")) {
        return strayed(request);
      }
      const { controlApp } = await import("./control/app.ts");
      controlApp.dataPlane = DATA_PLANE;
      return controlApp.fetch(request, env, ctx);
    }
  }
}

/** As the control plane may ask it; loaded when it does. */
const DATA_PLANE: DataPlane = {
  explain: async (...asked) => (await import("./proxy/explain.ts")).explainRequest(...asked),
};

/** Written below the mesh's own prefix, though it may have no canonical path: only the mesh answers there. */
function isBelow(url: string): boolean {
  return url.startsWith("/_selvage", url.indexOf("/", url.indexOf("://") + 3));
}

/** Nothing below the prefix is kept by anybody, nor taken for what it does not say it is. */
function unkept(answer: Response): Response {
  const { headers } = answer;
  headers.set("x-content-type-options", "nosniff");
  // A file of the dashboard is named after its content, and the same for everybody.
  if (!/no-store|immutable/.test(headers.get("cache-control") ?? "")) {
    headers.set("cache-control", "no-store");
  }
  return answer;
}

/** A proxy's question whose path climbed out of the adapters: a 200 of the control plane would read as "allowed". */
function strayed(request: Request): Response {
  return problem(request, {
    problem: "serviceMismatch",
    detail: "A proxy's question about a request came as another request.",
  });
}

/** Says no more than any path that does not exist. */
function nothingHere(request: Request): Response {
  return problem(request, { problem: "noRoute", detail: "There is nothing at this address." });
}

function problem({ url }: Request, refusal: Refusal): Response {
  const requestId = crypto.randomUUID();
  const body = toProblem(refusal, { requestId, url });
  return Response.json(body, {
    status: body.status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store", "x-request-id": requestId },
  });
}
