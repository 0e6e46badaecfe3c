// Registers what is public beside the API: routed, and described in the OpenAPI document. Who it is that calls, a page
// finds out by itself if it must.
import { z } from "zod";
import type { Env } from "../env.ts";
import type { ProblemName } from "../model/problem.ts";
import { problemResponses } from "./describe.ts";
import type { ControlApp } from "./register.ts";
import { requestIdOf } from "./request-id.ts";

export interface Page {
  readonly id: string;
  /** Default: get. */
  readonly method?: "get" | "post";
  readonly path: string;
  readonly summary: string;
  readonly params?: z.ZodObject;
  /** What it takes, by media type. */
  readonly takes?: Readonly<Record<string, { readonly schema: z.ZodType }>>;
  readonly content: Readonly<Record<string, { readonly schema: z.ZodType }>>;
  readonly refusals: readonly ProblemName[];
  readonly handle: (visit: PageVisit) => Response | Promise<Response>;
}

export interface PageVisit {
  readonly request: Request;
  readonly env: Env;
  readonly ctx: Pick<ExecutionContext, "waitUntil">;
  readonly requestId: string;
  readonly param: (name: string) => string;
}

export const htmlContent = { "text/html": { schema: z.string() } };

export function registerPage(app: ControlApp, page: Page): void {
  const { id, method = "get", path, summary, params, takes, content, refusals, handle } = page;
  const request = { ...(params ? { params } : {}), ...(takes ? { body: { content: { ...takes } } } : {}) };
  app.openAPIRegistry.registerPath({
    operationId: id,
    method,
    path,
    tags: ["public"],
    summary,
    "x-selvage-role": "public",
    security: [],
    ...((params ?? takes) ? { request } : {}),
    responses: { 200: { description: "The answer.", content: { ...content } }, ...problemResponses(refusals) },
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
