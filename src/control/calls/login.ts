// Login and logout of browsers: with a token, or at the OpenID provider. What comes out is a session's cookie; what a
// session may do is found out anew with every request.
import { settingsOf } from "../../env/settings.ts";
import * as z from "zod";
import { Store } from "../../store/store.ts";
import { cookieNamed } from "../../decide/header/cookies.ts";
import { LOGIN_COOKIE } from "../../decide/header/operator-cookies.ts";
import { loginRequestSchema, loginSchema, logoutSchema } from "../../model/api/operators.ts";
import { answerResponse, pageResponse, redirectResponse, refusalResponse } from "../http/answer.ts";
import { auditLogin } from "../operator/audit-login.ts";
import { callerAddress } from "../operator/caller-address.ts";
import { identifyToken } from "../operator/bearer.ts";
import { refuseForgery } from "../operator/forgery.ts";
import { identifyOperator } from "../operator/identify.ts";
import type { Identity, AdminRequest } from "../operator/identity.ts";
import { readLogin, returnOf } from "../page/login-body.ts";
import { homePage } from "../page/home-page.ts";
import { arrivedPage, loginPage } from "../page/login-page.ts";
import { arrive, CALLBACK_PATH, depart, hasProvider } from "../operator/oidc.ts";
import { registerPage, type WebPageRequest as PageVisit } from "../register/register-page.ts";
import type { ControlApp } from "../register/register.ts";
import { closeSession, openSession, sessionCookie } from "../operator/session.ts";

const PATH = "/_selvage/login";
/** Ten minutes for the way to the provider and back. Lax: the way back begins on another site. */
const tripCookie = (trip: string | null): string =>
  `${LOGIN_COOKIE}=${trip ?? ""}; Path=/; Max-Age=${trip === null ? 0 : 600}; Secure; HttpOnly; SameSite=Lax`;

const htmlContent = { "text/html": { schema: z.string() } };
const formContent = { "application/x-www-form-urlencoded": { schema: loginRequestSchema } };

export function registerLogin(app: ControlApp): void {
  for (const [id, path] of [
    ["home", "/_selvage/"],
    ["homeWithoutSlash", "/_selvage"],
  ] as const) {
    registerPage(app, {
      id,
      path,
      summary: "What is to be found here, and whom the mesh takes the visitor for, as a page.",
      content: htmlContent,
      refusals: ["internal"],
      async handle(page) {
        const { request, requestId } = page;
        const isKnown = request.headers.has("cookie") || request.headers.has("authorization");
        // A registry that cannot be reached knows nobody, and the page stands all the same.
        const identity = isKnown ? await identifyOperator(request, visitOf(page)).catch(() => null) : null;
        const operator = identity !== null && "operator" in identity ? identity.operator : null;
        return pageResponse((nonce) => homePage(operator, nonce), requestId, { form: true });
      },
    });
  }

  registerPage(app, {
    id: "startLogin",
    path: PATH,
    summary:
      "Log in by browser: at the OpenID provider, where one is configured, else (or with `method=token`) by a form.",
    content: htmlContent,
    refusals: ["loginUnavailable", "internal"],
    async handle(page) {
      const { request, env, requestId } = page;
      const query = new URL(request.url).searchParams;
      const returnTo = returnOf(query.get("return"));
      const provider = hasProvider(env);
      if (!provider || query.get("method") === "token") {
        return form({ returnTo, message: null, hasProvider: provider }, requestId, 200);
      }
      const departure = await depart(originOf(page), visitOf(page));
      if (!departure.ok) {
        return refusalResponse(departure.refusal, { requestId, url: request.url }, "startLogin");
      }
      return redirectResponse(departure.location, requestId, {
        "set-cookie": tripCookie(`${departure.trip}.${encodeURIComponent(returnTo)}`),
      });
    },
  });

  registerPage(app, {
    id: "finishLogin",
    path: CALLBACK_PATH,
    summary: "Where the OpenID provider sends the browser back to.",
    content: htmlContent,
    refusals: ["loginFailed", "noRole", "loginUnavailable", "storageUnavailable", "internal"],
    async handle(page) {
      const { request, requestId } = page;
      // Where to go may hold dots of its own; the trip holds none.
      const cookie = cookieNamed(request.headers.get("cookie"), LOGIN_COOKIE) ?? "";
      const [, trip = "", returnTo = ""] = /^([^.]*)\.?(.*)$/s.exec(cookie) ?? [];
      const visit = visitOf(page);
      const identity = await arrive(originOf(page), new URL(request.url).searchParams, trip || null, visit);
      const opened = await open(page, visit, identity);
      // Whatever became of it: the way is walked.
      const over = { "set-cookie": tripCookie(null) };
      if (opened instanceof Response) {
        return withCookie(opened, over["set-cookie"]);
      }
      const next = returnOf(safelyDecoded(returnTo));
      const response = pageResponse((nonce) => arrivedPage(next, nonce), requestId, { headers: over });
      return withCookie(response, opened.cookie);
    },
  });

  registerPage(app, {
    id: "login",
    method: "post",
    path: PATH,
    summary: "Log in with an operator token; the answer sets the session's cookie. Forms are answered with a redirect.",
    body: { "application/json": { schema: loginRequestSchema }, ...formContent },
    content: { "application/json": { schema: loginSchema } },
    refusals: [
      ...(["unauthenticated", "forgedRequest", "noRole", "malformed", "validation", "unsupportedMediaType"] as const),
      ...(["refusedTooOften", "payloadTooLarge", "loginUnavailable", "storageUnavailable", "internal"] as const),
    ],
    async handle(page) {
      const { request, env, requestId } = page;
      // A program sends neither; what a browser of another site sends has at least one.
      const fromBrowser = request.headers.has("origin") || request.headers.has("sec-fetch-site");
      const body = await readLogin(request);
      if (!body.ok) {
        return refusalResponse(body.refusal, { requestId, url: request.url }, "login");
      }
      const { token, isForm, returnTo } = body.value;
      const forged = fromBrowser || isForm ? refuseForgery(request, { form: true }) : null;
      if (forged) {
        return refusalResponse(forged, { requestId, url: request.url }, "login");
      }
      const visit = visitOf(page);
      const opened = await open(page, visit, await identifyToken(token, visit));
      if (opened instanceof Response) {
        if (!isForm) {
          return opened;
        }
        const message = "That token is not known here, or it has expired.";
        return form({ returnTo, message, hasProvider: hasProvider(env) }, requestId, opened.status);
      }
      const headers = { "set-cookie": opened.cookie };
      return isForm
        ? redirectResponse(returnTo, requestId, headers)
        : answerResponse({ body: opened.body, headers }, requestId);
    },
  });

  registerPage(app, {
    id: "logout",
    method: "post",
    path: "/_selvage/logout",
    summary: "End the browser's session, here and in the browser. Forms are answered with a redirect.",
    content: { "application/json": { schema: logoutSchema } },
    refusals: ["forgedRequest", "storageUnavailable", "internal"],
    async handle(page) {
      const { request, requestId } = page;
      const visit = visitOf(page);
      const forged = refuseForgery(request, { form: true });
      if (forged) {
        return refusalResponse(forged, { requestId, url: request.url }, "logout");
      }
      const identity = await identifyOperator(request, visit);
      await closeSession(request, visit, "operator" in identity ? identity.operator : null);
      const headers = { "set-cookie": sessionCookie(null, 0) };
      const isForm = request.headers.get("content-type")?.startsWith("application/x-www-form-urlencoded") ?? false;
      return isForm
        ? redirectResponse(`${PATH}?method=token`, requestId, headers)
        : answerResponse({ body: { loggedOut: true }, headers }, requestId);
    },
  });
}

function form(content: Parameters<typeof loginPage>[0], requestId: string, status: number): Response {
  return pageResponse((nonce) => loginPage(content, nonce), requestId, { status, form: true });
}

/** A session for whoever was proven, or the refusal; both are in the audit. */
async function open(
  { request, env, requestId }: PageVisit,
  visit: AdminRequest,
  identity: Identity,
): Promise<Response | { readonly cookie: string; readonly body: z.output<typeof loginSchema> }> {
  const { store, now } = visit;
  if ("refusal" in identity) {
    await auditLogin(store, identity, { request, env, requestId, now });
    return refusalResponse(identity.refusal, { requestId, url: request.url }, "login");
  }
  const { operator, proofOf, expiresAt } = identity;
  const session = await openSession(store, { request, env, operator, now }, proofOf, expiresAt);
  return {
    cookie: session.cookie,
    body: { ...operator, expiresAt: new Date(session.expiresAt).toISOString() },
  };
}

function withCookie(response: Response, cookie: string): Response {
  response.headers.append("set-cookie", cookie);
  return response;
}

function visitOf({ request, env, ctx }: PageVisit): AdminRequest {
  return { env, ctx, store: new Store(env.DB), address: callerAddress({ request, env }), now: Date.now() };
}

/** This host as the browser sees it. */
function originOf({ request, env }: PageVisit): string {
  const url = new URL(request.url);
  const said = settingsOf(env).trustsEntry ? request.headers.get("x-forwarded-proto")?.toLowerCase() : undefined;
  return said === "https" || said === "http" ? `${said}://${url.host}` : url.origin;
}

function safelyDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
