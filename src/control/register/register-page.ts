// The way beside register.ts: what is answered without an operator's token. Pages, keys to check with, and the call
// that gives tokens out for credentials of another kind.
import type { RouteConfig } from "@asteasolutions/zod-to-openapi";
import type * as z from "zod";
import type { Env } from "../../env/env.ts";
import type { ProblemName } from "../../model/word/problem.ts";
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
  const { id, path, summary, params, content, refusals, handle, method = "get", tag = "public" } = page;
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
  app.on(method.toUpperCase(), path.replaceAll(/\{(.+?)\}/g, ":$1"), (context) =>
    handle({
      request: context.req.raw,
      env: context.env,
      ctx: context.executionCtx,
      requestId: requestIdOf(context.req.raw),
      param: (name) => context.req.param(name) ?? "",
    }),
  );
}
