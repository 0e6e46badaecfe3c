// The dashboard and the consumers' portal: two pages and their files, which the assets binding holds. None of it is in
// the Worker's bundle, and nothing in them tells what is configured: they ask the admin API as anybody does.
import * as z from "zod";
import type { Env } from "../../env/env.ts";
import { pageResponse, redirectResponse } from "../http/answer.ts";
import { packed } from "../http/packed.ts";
import { requestIdOf } from "../http/request-id.ts";
import { registerPage } from "../register/register-page.ts";
import type { ControlApp } from "../register/register.ts";
import { html, page } from "./html.ts";
import { styleSource } from "./style-source.ts";

const FILE = /^[\w-]+\.(js|css|woff2|svg)$/;
const types: Readonly<Record<string, string>> = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  woff2: "font/woff2",
  svg: "image/svg+xml",
};
/** Nothing inline but the page's own style, nothing from another host, never in a frame. */
const policy = (style: string | null): string =>
  `default-src 'none'; script-src 'self'; style-src 'self'${style === null ? "" : ` ${style}`}; img-src 'self' data:; font-src 'self'; ` +
  "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; " +
  "trusted-types 'none'";

/** `below`: the same page with the files of its other screens named, too. */
const pages = [
  {
    id: "dashboard",
    path: "/_selvage/ui",
    file: "index.html",
    below: "screens.html",
    summary: "The dashboard: what operators look at.",
  },
  {
    id: "portal",
    path: "/_selvage/portal",
    file: "portal.html",
    below: "portal.html",
    summary: "The portal: what consumers look at.",
  },
] as const;

export function registerDashboard(app: ControlApp): void {
  app.get("/_selvage/ui/assets/:file", ({ env, req }) => fileResponse(env, req.param("file"), requestIdOf(req.raw)));
  app.get("/_selvage/ui/now", ({ env, req }) => documentResponse(env, "index.html", req.raw));
  for (const { id, path, file, below, summary } of pages) {
    registerPage(app, {
      id,
      path: `${path}/`,
      summary,
      description: "Every address below it is a screen of the same page.",
      content: { "text/html": { schema: z.string() } },
      refusals: ["internal"],
      handle: ({ env, request }) => documentResponse(env, file, request),
    });
    app.get(path, ({ req }) => redirectResponse(`${path}/`, requestIdOf(req.raw)));
    app.get(`${path}/*`, ({ env, req }) => documentResponse(env, below, req.raw));
  }
}

async function documentResponse(env: Env, file: string, request: Request): Promise<Response> {
  const found = await fileOf(env, file);
  if (found === null) {
    return pageResponse(absentPage, requestIdOf(request), { status: 503 });
  }
  const document = await found.text();
  return new Response(document, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy(await styleSource(document)),
      "cross-origin-opener-policy": "same-origin",
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
      "x-request-id": requestIdOf(request),
      ...packed(request),
    },
  });
}

async function fileResponse(env: Env, file: string, requestId: string): Promise<Response> {
  const type = types[FILE.exec(file)?.[1] ?? ""];
  const found = type === undefined ? null : await fileOf(env, `assets/${file}`);
  if (found === null || type === undefined) {
    return new Response("There is no such file.\n", { status: 404, headers: { "x-request-id": requestId } });
  }
  return new Response(found.body, {
    headers: {
      "content-type": type,
      "cache-control": "public, max-age=31536000, immutable",
      "cross-origin-resource-policy": "same-origin",
      "x-request-id": requestId,
    },
  });
}

/** null = it is not there. */
async function fileOf(env: Env, path: string): Promise<Response | null> {
  const answer = await env.ASSETS?.fetch(new Request(`https://assets.invalid/${path}`));
  return answer?.status === 200 ? answer : null;
}

const absentPage = (nonce: string): string =>
  page(
    "No dashboard · Selvage",
    nonce,
    html`<h1>No dashboard here</h1>
      <p>
        The dashboard's files are not part of this deployment. <code>npm run build:dashboard</code> makes them, and
        <code>npm run deploy</code> takes them along. The mesh does not need them.
      </p>
      <p>The same in a terminal: <code>selvage status</code></p>`,
  );
