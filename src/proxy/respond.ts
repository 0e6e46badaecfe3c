// The one exit: every answer leaves here, a service's and the mesh's own. A service's passes with its status and body as
// they are, without what belongs to one connection or to the mesh; what the mesh answers itself says which stage and policy
// decided, at which revision, and is never stored by a cache. What the rule has to say about answers is said in one place.
import { markResponse } from "../decide/header/cors.ts";
import { modifyHeaders } from "../decide/header/header-modifier.ts";
import { cleanResponse } from "../decide/header/headers.ts";
import { dropSetOperatorCookies } from "../decide/header/operator-cookies.ts";
import { sessionHeader } from "../decide/route/session.ts";
import { problems, toProblem } from "../model/word/problem.ts";
import type { Endpoint, HeaderPair } from "../model/snapshot/snapshot.ts";
import type { Ended, Exchange } from "./exchange/exchange.ts";

/** Who answers, and to what. */
interface Answering {
  readonly requestId: string;
  readonly method: string;
  readonly revision: number;
}

/** What a service said, and which of its endpoints. */
interface Said {
  readonly response: Response;
  readonly endpoint: Endpoint;
}

export function respond(exchange: Exchange, { response: upstream, endpoint }: Said): Response {
  const response = copy(upstream);
  const session = sessionOf(exchange, endpoint);
  const { headers } = response;
  const { admitted, live, routed } = exchange;
  cleanResponse(headers);
  for (const modifier of routed.plan.responseModifiers) modifyHeaders(headers, modifier);
  mark(exchange, headers);
  for (const pair of exchange.limits) headers.set(...pair);
  if (session !== null) headers.append(...session);
  dropSetOperatorCookies(headers);
  headers.set("x-request-id", admitted.requestId);
  headers.set("selvage-revision", String(live.snapshot.revision));
  return response;
}

/**
 * What the mesh says itself, or lets an authorization service say. A HEAD gets no body.
 *
 * @param exchange null = the walk ended before there was one
 */
export function reply(ended: Ended, by: Answering, exchange: Exchange | null): Response {
  const response = own(ended, by);
  const { headers } = response;
  if (exchange !== null && ended.stage !== "cors") mark(exchange, headers);
  headers.set("cache-control", "no-store");
  headers.set("selvage-decision", `${ended.stage}; policy="${ended.policy}"; rev=${by.revision}`);
  headers.set("selvage-revision", String(by.revision));
  headers.set("x-request-id", by.requestId);
  return response;
}

function own({ no }: Ended, { method, requestId }: Answering): Response {
  if (no instanceof Response) {
    const response = copy(no);
    cleanResponse(response.headers);
    dropSetOperatorCookies(response.headers);
    return response;
  }
  const bodiless = method === "HEAD";
  if (!("problem" in no)) return new Response(bodiless ? null : no.body, { status: no.status, headers: no.headers });
  const headers = { "content-type": "application/problem+json", ...no.headers };
  const body = bodiless ? null : JSON.stringify(toProblem(no, requestId));
  return new Response(body, { status: problems[no.problem].status, headers });
}

/** A browser may read a refusal of the mesh, too, where the rule lets its page read answers. */
function mark({ admitted, routed }: Exchange, headers: Headers): void {
  const { cors } = routed.plan;
  if (cors !== null) markResponse(cors, admitted.headers.get("origin"), headers);
}

/** The header that hands out a session with the endpoint that answered; null = there is nothing to hand out. */
function sessionOf({ admitted, ports, routed }: Exchange, endpoint: Endpoint): HeaderPair | null {
  const { rule, addressPrefix, matchedPath, destination } = routed;
  if (rule === null || rule.sessionPersistence === null || "problem" in destination) return null;
  const { service, pinned } = destination;
  const path = `${addressPrefix}${matchedPath}`;
  const secure = admitted.scheme === "https";
  return sessionHeader(
    rule.sessionPersistence,
    { service, endpointId: endpoint.id, before: pinned, path, secure },
    ports.now(),
  );
}

/** The headers of a fetched response cannot be written to. */
function copy(upstream: Response): Response {
  if (upstream.webSocket === null) return new Response(upstream.body, upstream);
  return new Response(null, { status: 101, webSocket: upstream.webSocket, headers: upstream.headers });
}
