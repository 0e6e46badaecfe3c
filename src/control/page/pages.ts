// What is public beside the API: its description, the meaning of codes, and whether the mesh is well. Nothing here
// tells what is configured.
import * as z from "zod";
import { healthSchema, readinessSchema } from "../../model/api/operators.ts";
import { codeExplanationSchema } from "../../model/api/resource.ts";
import { preferred } from "../http/accept.ts";
import { answerResponse, pageResponse, refusalResponse } from "../http/answer.ts";
import { explainCode } from "./explain-code.ts";
import { keptPages } from "./kept-pages.ts";
import { health, readiness } from "./probes.ts";
import { problemPage } from "./problem-page.ts";
import { registerPage } from "../register/register-page.ts";
import type { ControlApp } from "../register/register.ts";

const PROBLEM_FORMS = [{ type: "application/json" }, { type: "text/html" }] as const;
const htmlContent = { "text/html": { schema: z.string() } };

export function registerPages(app: ControlApp): void {
  const kept = keptPages(app);
  registerPage(app, {
    id: "openapi",
    path: "/_selvage/openapi.json",
    summary: "This document.",
    content: { "application/json": { schema: z.looseObject({}).meta({ id: "OpenApi" }) } },
    refusals: ["internal"],
    large: true,
    handle: ({ requestId }) => kept.description(requestId),
  });
  registerPage(app, {
    id: "docs",
    path: "/_selvage/docs",
    summary: "This document as a page.",
    content: htmlContent,
    refusals: ["internal"],
    large: true,
    handle: ({ requestId }) => kept.reference(requestId),
  });
  registerPage(app, {
    id: "explainProblem",
    path: "/_selvage/problems/{code}",
    summary: "What a code means, why it is answered, and what to do. HTML for browsers, else JSON.",
    params: z.object({ code: z.string() }),
    content: { "application/json": { schema: codeExplanationSchema }, ...htmlContent },
    refusals: ["notFound", "internal"],
    handle({ request, requestId, param }) {
      const explained = explainCode(param("code"));
      if (explained === null) {
        return refusalResponse(
          { problem: "notFound", detail: "There is no such code." },
          { requestId, url: request.url },
          "explainProblem",
        );
      }
      if (preferred(request.headers.get("accept"), PROBLEM_FORMS).type === "application/json") {
        return answerResponse({ body: explained }, requestId);
      }
      return pageResponse((nonce) => problemPage(explained, nonce), requestId);
    },
  });
  registerPage(app, {
    id: "healthz",
    path: "/_selvage/healthz",
    summary: "Whether this Worker runs. Asks nobody else.",
    content: { "application/json": { schema: healthSchema } },
    refusals: ["internal"],
    handle: ({ requestId }) => health(requestId),
  });
  registerPage(app, {
    id: "readyz",
    path: "/_selvage/readyz",
    summary: "Whether this isolate can decide requests, with which revision, and whether the registry can be reached.",
    content: { "application/json": { schema: readinessSchema } },
    refusals: ["notReady", "internal"],
    handle: ({ request, env, ctx, requestId }) => readiness(env, ctx, { requestId, url: request.url }),
  });
}
