// Whether this isolate is well: asked of each by load balancers and by operators, so each answers for itself, and
// without evaluating anything of the admin API.
import { canonicalPath } from "../../model/word/canonical-path.ts";
import { portsOf } from "../../isolate/ports.ts";
import { isolateState } from "../../isolate/state.ts";
import type { Env } from "../../env/env.ts";
import type { Readiness } from "../../model/api/operators.ts";
import { answerResponse, refusalResponse } from "../http/answer.ts";
import { requestIdOf } from "../http/request-id.ts";
import { controlAgreement } from "../view/control-agreement.ts";
import { registryHead } from "../view/registry-head.ts";

type Context = Pick<ExecutionContext, "waitUntil">;

/** null = the request is for the control plane. */
export async function probe(request: Request, env: Env, ctx: Context): Promise<Response | null> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return null;
  }
  const canonical = canonicalPath(request.url);
  const requestId = requestIdOf(request);
  switch (canonical.ok ? canonical.matchPath : "") {
    case "/_selvage/healthz":
      return bodied(request, health(requestId));
    case "/_selvage/readyz":
      return bodied(request, await readiness(env, ctx, { requestId, url: request.url }));
    default:
      return null;
  }
}

function bodied({ method }: Request, answer: Response): Response {
  return method === "HEAD" ? new Response(null, answer) : answer;
}

export function health(requestId: string): Response {
  return answerResponse({ body: { status: "ok" } }, requestId);
}

export async function readiness(
  env: Env,
  ctx: Context,
  asked: { readonly requestId: string; readonly url: string },
): Promise<Response> {
  const found = await readinessOf(env, ctx);
  if (found.ready) {
    return answerResponse({ body: found }, asked.requestId);
  }
  const detail = "This isolate has no configuration to decide requests with.";
  return refusalResponse({ problem: "notReady", detail, extensions: { ...found } }, asked, "readyz");
}

async function readinessOf(env: Env, ctx: Context): Promise<Readiness> {
  const live = await isolateState().snapshot.current(portsOf(env), ctx, Date.now());
  const serving = live === null ? null : { epoch: live.epoch ?? 0, revision: live.snapshot.revision };
  const { head, isBehind } = await registryHead(env.DB, Date.now(), serving);
  const control = await controlAgreement(env, Date.now());
  const setBack = isBehind || (live?.setBack ?? false);
  return {
    ready: live !== null,
    registry: head === null ? "unreachable" : "reachable",
    revision: head?.revision ?? null,
    serving: live?.snapshot.revision ?? null,
    stale: setBack || (live?.stale ?? true),
    setBack,
    ...(control === null ? {} : { control: { reachable: control.reachable, differs: [...control.differs] } }),
  };
}
