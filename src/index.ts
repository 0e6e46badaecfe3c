// The map: what is under /_selvage/ goes to the control plane, everything else is traffic. Control plane and adapters
// are loaded when they are first called, so that an isolate which only serves traffic never evaluates it.
import { WorkerEntrypoint } from "cloudflare:workers";
import { settingsOf } from "./env/settings.ts";
import { sharedSettings } from "./env/shared-settings.ts";
import { unkept } from "./decide/header/unkept.ts";
import { isPlainlyTraffic, planeOf, type Plane } from "./decide/route/plane.ts";
import type { DataPlane } from "./control/register/register.ts";
import type { Env } from "./env/env.ts";
import type { ControlPlane } from "./model/message/control-plane.ts";
import { isolateState } from "./isolate/state.ts";
import { STOPPING } from "./model/word/stopping.ts";
import { toProblem, type Refusal } from "./model/word/problem.ts";
import { decideExternally } from "./proxy/external-decision.ts";
import { proxy } from "./proxy/pipeline.ts";
import { rateLimitService } from "./proxy/limit/rate-limit-service.ts";
import { rehearse } from "./proxy/rehearsal.ts";
import { endOverridesHere, tidyRegistry, tidyRegistryHere } from "./registry/scheduled.ts";

export { CircuitBreaker } from "../durable/circuit-breaker.ts";
export { JwksCache } from "../durable/jwks-cache.ts";
export { KeyRing } from "../durable/key-ring.ts";
export { Mesh } from "../durable/mesh.ts";
export { Presence } from "../durable/presence.ts";
export { RateLimiter } from "../durable/rate-limiter.ts";
export { Requests } from "../durable/requests.ts";
export { Rollout } from "../durable/rollout.ts";
export { Telemetry } from "../durable/telemetry.ts";
export { Registry } from "./registry/registry.ts";

void rehearse();

export default {
  fetch(request: Request, env: Env, ctx: ExecutionContext): Response | Promise<Response> {
    const { url } = request;
    if (isPlainlyTraffic(url)) {
      return proxy(request, env, ctx);
    }
    const plane = planeOf(url, settingsOf(env).adminHost);
    return plane === "traffic" && !isBelow(url) ? proxy(request, env, ctx) : ownAnswer(plane, request, env, ctx);
  },

  async scheduled(controller: ScheduledController, env: Env): Promise<void> {
    if (controller.cron === STOPPING) {
      isolateState().isStopping = true;
      return;
    }
    await Promise.all([tidyRegistry(env, controller.scheduledTime), pushedMetrics(env)]);
  },
};

/**
 * The control plane, as a data Worker reaches it by its binding CONTROL: a change compiles in an isolate that serves
 * nobody. It never looks at that binding itself, so nothing goes in circles.
 */
export class Control extends WorkerEntrypoint<Env> implements ControlPlane {
  /** Which requests are for it, and on which host, the data Worker has decided. */
  override async fetch(request: Request): Promise<Response> {
    return administered(request, this.env, this.ctx);
  }

  expireOverrides(): Promise<number | null> {
    return endOverridesHere(this.env);
  }

  sweep(scheduledTime: number): Promise<void> {
    return tidyRegistryHere(this.env, scheduledTime);
  }

  settings(): Readonly<Record<string, string>> {
    return sharedSettings(settingsOf(this.env));
  }
}

/** By whoever has the clock: the objects and the registry are bound here as well. */
async function pushedMetrics(env: Env): Promise<void> {
  if (settingsOf(env).otlp?.metrics === true) {
    const { pushMetrics } = await import("./control/observe/push-metrics.ts");
    await pushMetrics(env);
  }
}

async function ownAnswer(plane: Plane, request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
  switch (plane) {
    case "traffic":
      return unkept(await proxy(request, env, ctx));
    case "closed":
      return nothingHere(request);
    case "adapters": {
      const { adapters } = await import("./adapters/adapters.ts");
      return unkept(await adapters(request, env, ctx, decideExternally, rateLimitService));
    }
    case "control":
      return request.headers.has("selvage-service") ? strayed(request) : controlled(request, env, ctx);
  }
}

/** How this isolate is, it says itself; whatever else there is, the control plane says, wherever that is. */
async function controlled(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
  const { probe } = await import("./control/page/probes.ts");
  const probed = await probe(request, env, ctx);
  if (probed !== null) {
    return unkept(probed);
  }
  const { method, url } = request;
  const answer = await (env.CONTROL === undefined
    ? administered(request, env, ctx)
    : passedOn(request, env.CONTROL).catch(() => unreachable(request)));
  if (answer.ok && mayChange(method, url)) {
    isolateState().snapshot.doubt();
  }
  return answer;
}

/** As it came: address, cookies, host and body are for the control plane to judge. */
async function passedOn(request: Request, control: NonNullable<Env["CONTROL"]>): Promise<Response> {
  return await control.fetch(request);
}

/** What agents and clients send all the time makes no revision. */
const ROUTINE = /\/(?:heartbeats|oauth\/token)(?:$|[/?])/;

const mayChange = (method: string, url: string): boolean => method !== "GET" && method !== "HEAD" && !ROUTINE.test(url);

async function administered(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
  if (typeof CONTROL_ELSEWHERE === "undefined") {
    const { controlApp } = await import("./control/app.ts");
    controlApp.dataPlane = DATA_PLANE;
    return unkept(await controlApp.fetch(request, env, ctx));
  }
  return problem(request, {
    problem: "controlUnavailable",
    detail: "This Worker was built without a control plane (CONTROL_ELSEWHERE), and has no binding CONTROL to one.",
  });
}

/** As the control plane may ask it; loaded when it does. */
const DATA_PLANE: DataPlane = {
  explain: async (...asked) => (await import("./proxy/explain.ts")).explainRequest(...asked),
  replay: async (...asked) => (await import("./proxy/replay.ts")).replayRequests(...asked),
};

/** Written below the mesh's own prefix, though it may have no canonical path: only the mesh answers there. */
function isBelow(url: string): boolean {
  return url.startsWith("/_selvage", url.indexOf("/", url.indexOf("://") + 3));
}

/** A proxy's question whose path climbed out of the adapters: a 200 of the control plane would read as "allowed". */
function strayed(request: Request): Response {
  return problem(request, {
    problem: "serviceMismatch",
    detail: "A proxy's question about a request came as another request.",
  });
}

function unreachable(request: Request): Response {
  return problem(request, {
    problem: "controlUnavailable",
    detail: "The control plane's own Worker did not answer.",
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
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "x-request-id": requestId,
    },
  });
}
