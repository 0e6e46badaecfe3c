// The way beside register.ts: what is answered without an operator's token. Pages, keys to check with, and the call
// that gives tokens out for credentials of another kind.
import type { RouteConfig } from "@asteasolutions/zod-to-openapi";
import type * as z from "zod";
import type { Env } from "../../env/env.ts";
import type { ProblemName, Refusal } from "../../model/word/problem.ts";
import { addressWait, countAddress } from "../../decide/identity/address-limit.ts";
import { isolateState } from "../../isolate/state.ts";
import { refusalResponse } from "../http/answer.ts";
import { callerAddress } from "../operator/caller-address.ts";
import { problemResponses } from "./openapi-operation.ts";
import type { ControlApp } from "./register.ts";
import { requestIdOf } from "../http/request-id.ts";

interface WebPage {
  readonly id: string;
  readonly path: string;
  /** GET when left out. */
  readonly method?: "get" | "post";
  readonly tag?: string;
  readonly description?: string;
  readonly summary: string;
  readonly params?: z.ZodObject;
  /** What a POST takes. */
  readonly body?: Readonly<Record<string, { readonly schema: z.ZodType }>>;
  readonly content: Readonly<Record<string, { readonly schema: z.ZodType }>>;
  /** Answers in another form than problems, by status. */
  readonly otherwise?: RouteConfig["responses"];
  readonly refusals: readonly ProblemName[];
  /** Its answer is so large that nobody may ask for it as often as they like. */
  readonly large?: true;
  readonly handle: (visit: WebPageRequest) => Response | Promise<Response>;
}

export interface WebPageRequest {
  readonly request: Request;
  readonly env: Env;
  readonly ctx: Pick<ExecutionContext, "waitUntil">;
  readonly requestId: string;
  readonly param: (name: string) => string;
}

/** Says in the OpenAPI document that no token of an operator is needed. */
export function registerPage(app: ControlApp, page: WebPage): void {
  const { id, path, summary, params, content, handle, method = "get", tag = "public" } = page;
  const refusals = page.large === true ? [...page.refusals, "askedTooOften" as const] : page.refusals;
  const request = {
    ...(params ? { params } : {}),
    ...(page.body ? { body: { required: true, content: { ...page.body } } } : {}),
  };
  app.registry.registerPath({
    operationId: id,
    method,
    path,
    tags: [tag],
    summary,
    ...(page.description === undefined ? {} : { description: page.description }),
    "x-selvage-role": "public",
    security: [],
    request,
    responses: {
      200: { description: "The answer.", content: { ...content } },
      ...problemResponses(refusals),
      ...page.otherwise,
    },
  });
  app.on(method.toUpperCase(), path.replaceAll(/\{(.+?)\}/g, ":$1"), (context) => {
    const visit: WebPageRequest = {
      request: context.req.raw,
      env: context.env,
      ctx: context.executionCtx,
      requestId: requestIdOf(context.req.raw),
      param: (name) => context.req.param(name) ?? "",
    };
    const refusal = page.large === true ? tooOften(visit) : null;
    if (refusal !== null) {
      return refusalResponse(refusal, { requestId: visit.requestId, url: visit.request.url }, id);
    }
    return handle(visit);
  });
}

function tooOften(visit: WebPageRequest): Refusal | null {
  const { pageVisits } = isolateState();
  const [address, now] = [callerAddress(visit), Date.now()];
  const waitMs = addressWait(pageVisits, address, now);
  if (waitMs === 0) {
    countAddress(pageVisits, address, now);
    return null;
  }
  const headers = { "retry-after": String(Math.ceil(waitMs / 1000)) };
  return { problem: "askedTooOften", detail: "This address asked for large pages too often.", headers };
}
