// The dashboard and the consumers' portal: two pages and their files, which the assets binding holds. Nothing in the
// files tells what is configured: the pages ask the admin API as anybody does, and who is signed in at the dashboard
// gets its first answers with the document.
import * as z from "zod";
import type { Env } from "../../env/env.ts";
import { cookieNamed } from "../../decide/header/cookies.ts";
import { readOpening } from "../live/read-opening.ts";
import type { OverviewRead } from "../../status/mesh-read.ts";
import type { Visit } from "../live/read-as.ts";
import { pageResponse, redirectResponse } from "../http/answer.ts";
import { packed } from "../http/packed.ts";
import { requestIdOf } from "../http/request-id.ts";
import { registerPage } from "../register/register-page.ts";
import type { ControlApp } from "../register/register.ts";
import { html, page } from "./html.ts";
import { openedPage } from "./opened-page.ts";
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

/** The window of the numbers that the page begins with; a browser that remembers another one asks for that. */
const WINDOW = "15m";
const READS = `</_selvage/v1/overview?window=${WINDOW}>; rel=preload; as=fetch; crossorigin`;
const UI = "/_selvage/ui";
const PORTAL = "/_selvage/portal";

export function registerDashboard(app: ControlApp): void {
  /** The first screen's file, or the one that has the files of the other screens named, too. */
  const dashboard = (request: Request, { env, ctx }: Omit<Visit, "request">): Promise<Response> => {
    const path = new URL(request.url).pathname.slice(UI.length);
    const file = path === "/" || path === "/now" ? "index.html" : "screens.html";
    const opening = readOpening(app, { request, env, ctx }, WINDOW);
    return documentResponse(env, file, request, (page) => opened(page, { opening, request, path }));
  };
  const portal = (request: Request, { env }: Omit<Visit, "request">): Promise<Response> =>
    documentResponse(env, "portal.html", request, async (page) => ({ page, links: null }));

  app.get(`${UI}/assets/:file`, ({ env, req }) => fileResponse(env, req.param("file"), requestIdOf(req.raw)));
  for (const { id, base, summary, more, answer } of [
    {
      id: "dashboard",
      base: UI,
      summary: "The dashboard: what operators look at.",
      more: " It has what `GET /overview` answers its reader, for who is signed in.",
      answer: dashboard,
    },
    { id: "portal", base: PORTAL, summary: "The portal: what consumers look at.", more: "", answer: portal },
  ]) {
    registerPage(app, {
      id,
      path: `${base}/`,
      summary,
      description: `Every address below it is a screen of the same page.${more}`,
      content: { "text/html": { schema: z.string() } },
      refusals: ["internal"],
      handle: ({ request, env, ctx }) => answer(request, { env, ctx }),
    });
    app.get(base, ({ req }) => redirectResponse(`${base}/`, requestIdOf(req.raw)));
    app.get(`${base}/*`, ({ env, req, executionCtx }) => answer(req.raw, { env, ctx: executionCtx }));
  }
}

interface Filled {
  readonly page: string;
  /** What the browser should ask for at once, as a Link header. */
  readonly links: string | null;
}

/** For who is signed in the document has what the mesh says; anybody else's browser is told to ask. */
async function opened(
  page: string,
  asked: { readonly opening: Promise<OverviewRead | null>; readonly request: Request; readonly path: string },
): Promise<Filled> {
  const read = await asked.opening;
  if (read === null) {
    return { page, links: READS };
  }
  const theme = cookieNamed(asked.request.headers.get("cookie"), "selvage-theme");
  const { path } = asked;
  return { page: openedPage(page, { read, base: UI, path, theme, window: WINDOW, now: Date.now() }), links: null };
}

async function documentResponse(
  env: Env,
  file: string,
  request: Request,
  fill: (page: string) => Promise<Filled>,
): Promise<Response> {
  const found = await fileOf(env, file);
  if (found === null) {
    return pageResponse(absentPage, requestIdOf(request), { status: 503 });
  }
  const { page: document, links } = await fill(await found.text());
  return new Response(document, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy(await styleSource(document)),
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
      "x-request-id": requestIdOf(request),
      ...(links === null ? {} : { link: links }),
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
