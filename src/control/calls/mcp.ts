// `/_selvage/mcp`: the admin API for agents. Nothing is decided here: who calls is asked of `whoami`, and every tool is
// a call of this same app with the agent's own token, so that roles, namespaces, limits on guessing and the audit are
// those of the admin API.
import { hex, sha256Hex } from "../../model/word/digest.ts";
import { settingsOf } from "../../env/settings.ts";
import type { Env } from "../../env/env.ts";
import type { Role } from "../../model/api/resource.ts";
import type { Whoami } from "../../model/api/operators.ts";
import type { AgentMesh, AgentPlan } from "../../mcp/agent-mesh.ts";
import type { Refusal } from "../../model/word/problem.ts";
import { createClient, type ApiClient } from "../../cli/session/client.ts";
import { Store } from "../../store/store.ts";
import { mediaType, readText, refuseBody, type Outcome } from "../http/body.ts";
import { refusalResponse } from "../http/answer.ts";
import { refuseFailure } from "../http/failure.ts";
import { requestIdOf } from "../http/request-id.ts";
import { markAgentCall } from "../operator/agent-call.ts";
import { refuseForeignOrigin } from "../operator/forgery.ts";
import { API_PREFIX, type ControlApp } from "../register/register.ts";

const PATH = "/_selvage/mcp";
/** As long as a person needs to read what is planned. */
const PLAN_MS = 5 * 60_000;
const CALL_TIMEOUT_MS = 30_000;

interface Visit {
  readonly request: Request;
  readonly env: Env;
  readonly ctx: ExecutionContext;
  readonly requestId: string;
}

export function registerMcp(app: ControlApp): void {
  app.all(PATH, async ({ req, env, executionCtx }) => {
    const request = req.raw;
    const requestId = requestIdOf(request);
    const answer = await answerAgent(app, { request, env, ctx: executionCtx as ExecutionContext, requestId });
    answer.headers.set("x-request-id", requestId);
    return answer;
  });
}

async function answerAgent(app: ControlApp, visit: Visit): Promise<Response> {
  const { request, env, requestId } = visit;
  const refuse = (refusal: Refusal): Response => refusalResponse(refusal, { requestId, url: request.url }, "mcp");
  if (request.method !== "POST") {
    const detail = "Messages of agents are sent with POST; there is no session and no stream to open.";
    return refuse({ problem: "methodNotAllowed", detail, headers: { allow: "POST" } });
  }
  const foreign = refuseForeignOrigin(request, settingsOf(env).isLocalMesh);
  if (foreign) {
    return refuse(foreign);
  }
  const who = await send(app, visit, null, new URL(`${API_PREFIX}/whoami`, request.url), {});
  if (!who.ok) {
    return who;
  }
  const { role, name } = await who.json<Whoami>();
  const message = await readMessage(request);
  if (!message.ok) {
    return refuse(message.refusal);
  }
  const { serveAgent } = await import("../../mcp/serve.ts");
  return serveAgent(request, message.value, meshFor(app, visit, { role, name }));
}

async function readMessage(request: Request): Promise<Outcome<object>> {
  if (mediaType(request) !== "application/json") {
    return refuseBody({ problem: "unsupportedMediaType", detail: "A message is sent as application/json." });
  }
  const text = await readText(request);
  if (!text.ok) {
    return text;
  }
  let message: unknown;
  try {
    message = JSON.parse(text.value);
  } catch {
    return refuseBody({ problem: "malformed", detail: "The body is not JSON." });
  }
  // A list of calls would be as many as fit into a body; newer revisions of the protocol have none.
  if (typeof message !== "object" || message === null || Array.isArray(message)) {
    return refuseBody({ problem: "malformed", detail: "The body is not one JSON-RPC message." });
  }
  // It would hold a stream open for news that this server has not to tell.
  if ("method" in message && message.method === "subscriptions/listen") {
    return refuseBody({ problem: "malformed", detail: "There is nothing to subscribe to." });
  }
  return { ok: true, value: message };
}

function meshFor(app: ControlApp, visit: Visit, who: { readonly role: Role; readonly name: string }): AgentMesh {
  const { request, env, requestId } = visit;
  const now = Date.now();
  const store = new Store(env.DB);
  const client = (plan: { readonly id: string; readonly reason: string } | null): ApiClient =>
    createClient({
      server: new URL(request.url).origin,
      token: null,
      timeoutMs: CALL_TIMEOUT_MS,
      fetch: (url, init) => send(app, visit, plan, url, init),
    });
  // Another token's plan has another key: there is nothing to compare, and no token is kept.
  const keyOf = (planId: string): Promise<string> => sha256Hex(`${planId} ${request.headers.get("authorization")}`);
  return {
    client: client(null),
    carryingOut: (id, reason) => client({ id, reason }),
    role: who.role,
    now,
    async keepPlan(plan) {
      const planId = `plan_${hex(crypto.getRandomValues(new Uint8Array(16)))}`;
      const expiresAt = now + PLAN_MS;
      const hash = await keyOf(planId);
      await store.keepAgentPlan({ hash, owner: who.name, content: JSON.stringify(plan), expiresAt }, now);
      return { planId, expiresAt: new Date(expiresAt).toISOString() };
    },
    async takePlan(planId) {
      const content = await store.takeAgentPlan(await keyOf(planId), now);
      return content === null ? null : (JSON.parse(content) as AgentPlan);
    },
    explainFailure: (error) => refuseFailure(error, requestId).detail,
  };
}

/** A call of this app, as if the agent had made it itself, with its token and nothing else that it sent. */
async function send(
  app: ControlApp,
  { request, env, ctx, requestId }: Visit,
  plan: { readonly id: string; readonly reason: string } | null,
  url: URL,
  { method = "GET", headers, body = null }: RequestInit,
): Promise<Response> {
  const own = new Headers(headers);
  own.set("x-request-id", requestId);
  const authorization = request.headers.get("authorization");
  if (authorization !== null) {
    own.set("authorization", authorization);
  }
  const call = new Request(url, { method, headers: own, body });
  markAgentCall(call, { origin: request, plan });
  return app.fetch(call, env, ctx);
}
