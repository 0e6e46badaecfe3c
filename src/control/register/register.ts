// The one way into `/_selvage/v1`: whatever is registered here is guarded, validated, documented and audited in the
// same order, and there is no way to register a call without saying who may make it.
import { OpenAPIRegistry } from "@asteasolutions/zod-to-openapi";
import { Hono } from "hono";
import type * as z from "zod";
import { Store } from "../../store/store.ts";
import type { Env } from "../../env/env.ts";
import type { Replay } from "../../model/message/replay.ts";
import type { Explain } from "../../model/message/explanation.ts";
import type { Refusal } from "../../model/word/problem.ts";
import { answerResponse, isRefusal, refusalResponse, unchangedResponse } from "../http/answer.ts";
import { auditRefusal } from "../operator/audit-entry.ts";
import { answerConsumer } from "./consumer-call.ts";
import type { Operation } from "./operation.ts";
import { openapiOperation } from "./openapi-operation.ts";
import { refuseForgery } from "../operator/forgery.ts";
import { callerAddress } from "../operator/caller-address.ts";
import { identifyOperator } from "../operator/identify.ts";
import { notedIdentity } from "../operator/identified.ts";
import { lacksMesh, lacksNamespace, lacksRole } from "../operator/operator.ts";
import { readParameters } from "../http/parameters.ts";
import { isUnchanged } from "./precondition.ts";
import { requestIdOf } from "../http/request-id.ts";

export const API_PREFIX = "/_selvage/v1";

/** What the control plane asks of the data plane, which it does not know: whoever knows both hands it over. */
export interface DataPlane {
  readonly explain: Explain<Env, Pick<ExecutionContext, "waitUntil">>;
  readonly replay: Replay<Env, Pick<ExecutionContext, "waitUntil">>;
}

/** The calls, and what the OpenAPI document says of each. */
export class ControlApp extends Hono<{ Bindings: Env }> {
  readonly registry = new OpenAPIRegistry();
  dataPlane: DataPlane | null = null;
}

export function register<P extends z.ZodObject, Q extends z.ZodObject, Body, A extends z.ZodType>(
  app: ControlApp,
  call: Operation<P, Q, Body, A>,
): void {
  app.registry.registerPath(openapiOperation(call, API_PREFIX));
  app.on(call.method.toUpperCase(), `${API_PREFIX}${call.path.replaceAll(/\{(.+?)\}/g, ":$1")}`, async (context) => {
    const request = context.req.raw;
    const requestId = requestIdOf(request);
    const store = new Store(context.env.DB);
    const now = Date.now();

    const { env, executionCtx: ctx } = context;
    const address = callerAddress({ request, env });
    const visit = { env, ctx, store, address, now };
    const forConsumer = await answerConsumer(call, { ...visit, request, requestId, params: context.req.param() });
    if (forConsumer !== null) {
      return forConsumer;
    }
    const identity = notedIdentity(request) ?? (await identifyOperator(request, visit));
    const refuse = async (refusal: Refusal): Promise<Response> => {
      if (call.writes) {
        await auditRefusal(store, identity, refusal, { action: call.id, request, env: context.env, requestId, now });
      }
      return refusalResponse(refusal, { requestId, url: request.url }, call.id);
    };
    if ("refusal" in identity) {
      return refuse(identity.refusal);
    }
    const { operator, token } = identity;
    const forged = identity.by === "session" || identity.by === "access" ? refuseForgery(request) : null;
    if (forged) {
      return refuse(forged);
    }
    if (token) {
      context.executionCtx.waitUntil(store.touchToken(token, new Date(now).toISOString()).catch(() => undefined));
    }

    const lacking = lacksRole(operator, call.role) ?? (call.scope === "mesh" ? lacksMesh(operator) : null);
    if (lacking) {
      return refuse(lacking);
    }

    const params = readParameters(call.params, Object.entries(context.req.param()), "path");
    if (!params.ok) {
      return refuse(params.refusal);
    }
    const outside = call.scope === "path" ? lacksNamespace(operator, namespaceOf(params.value)) : null;
    if (outside) {
      return refuse(outside);
    }

    const query = readParameters(call.query, new URL(request.url).searchParams, "query");
    if (!query.ok) {
      return refuse(query.refusal);
    }

    const body = await call.body.read(request);
    if (!body.ok) {
      return refuse(body.refusal);
    }

    const outcome = await call.handle({
      params: params.value,
      query: query.value,
      body: body.value,
      request,
      env: context.env,
      ctx: context.executionCtx,
      store,
      operator,
      identity,
      now,
    });
    if (isRefusal(outcome)) {
      return refuse(outcome);
    }
    const tag = call.versioned ? outcome.headers?.etag : undefined;
    if (tag !== undefined && isUnchanged(request.headers, tag)) {
      return unchangedResponse(tag, requestId);
    }
    return answerResponse(outcome, requestId);
  });
}

/** Scope `path` needs `{ns}`; one without it covers no namespace at all. */
function namespaceOf(params: Readonly<Record<string, unknown>>): string {
  return typeof params.ns === "string" ? params.ns : "";
}
