// The one exit: every answer leaves here, a service's and the mesh's own. A service's passes untouched where nothing
// has to be written or taken out; what belongs to one connection or to the mesh never passes. What the mesh answers
// itself says which stage and policy decided, at which revision. What the rule says about answers holds for all of
// them, and is said in one place.
import { CORS_HEADERS, markResponse } from "../decide/header/cors.ts";
import { modifyHeaders } from "../decide/header/header-modifier.ts";
import { cleanResponse, isCleanResponse, REPRESENTATION } from "../decide/header/answer-headers.ts";
import { plainName } from "../decide/header/headers.ts";
import { dropSetOperatorCookies, setsOperatorCookies } from "../decide/header/operator-cookies.ts";
import { sessionHeader } from "../decide/route/session.ts";
import { toProblem } from "../model/word/problem.ts";
import type { Endpoint, HeaderPair } from "../model/snapshot/snapshot.ts";
import type { Ended, Exchange } from "./exchange/exchange.ts";
import { lead, namesPlaces, routedBy } from "./exchange/lead.ts";
import { originOf } from "./exchange/outgoing.ts";

/** Who answers, and to what. */
interface Answering {
  readonly requestId: string;
  /** Where the mesh was asked. */
  readonly url: string;
  readonly method: string;
  readonly revision: number;
}

/** What a service said, and which of its endpoints. */
interface Said {
  readonly response: Response;
  readonly endpoint: Endpoint;
}

export function respond(exchange: Exchange, { response: upstream, endpoint }: Said): Response {
  const tells = exchange.admitted.wantsDetails || exchange.settings.tellsAlways;
  if (!tells && saysNothing(exchange) && mayPass(upstream.headers, endpoint)) {
    return upstream;
  }
  const response = copy(upstream);
  const { headers } = response;
  cleanResponse(headers);
  lead(headers, endpoint.address, routedBy(exchange));
  sayOfRule(exchange, headers, NOTHING, endpoint);
  if (tells) {
    headers.set("x-request-id", exchange.admitted.requestId);
    headers.set("selvage-revision", String(exchange.live.snapshot.revision));
  }
  return response;
}

/** The rule has no word about answers. */
function saysNothing({ routed: { plan, rule }, limits }: Exchange): boolean {
  const isSilent = plan.responseModifiers.length === 0 && plan.cors === null && limits.length === 0;
  return isSilent && (rule === null || rule.sessionPersistence === null);
}

/** To look is cheaper than to copy. */
function mayPass(headers: Headers, { address }: Endpoint): boolean {
  return !namesPlaces(headers, address) && isCleanResponse(headers) && !setsOperatorCookies(headers);
}

/**
 * What the mesh says itself, or lets an authorization service say. A HEAD gets no body. No cache stores it, unless the
 * rule that gives the answer says so.
 *
 * @param exchange null = the walk ended before there was one
 */
export function reply(ended: Ended, by: Answering, exchange: Exchange | null): Response {
  const response = own(ended, by, exchange);
  const { headers } = response;
  headers.set("cache-control", "no-store");
  if (exchange !== null) {
    sayOfRule(exchange, headers, closedIn(ended), null);
  }
  headers.set("selvage-decision", `${ended.stage}; policy="${ended.policy}"; rev=${by.revision}`);
  headers.set("selvage-revision", String(by.revision));
  headers.set("x-request-id", by.requestId);
  return response;
}

const NOTHING: ReadonlySet<string> = new Set();

/**
 * A refusal describes its own body, and is kept by nobody; permission to send a request is the CORS filter's to give.
 */
function closedIn({ no, stage }: Ended): ReadonlySet<string> {
  if (stage === "cors") {
    return CORS_HEADERS;
  }
  return no instanceof Response || "problem" in no ? REPRESENTATION : NOTHING;
}

/** Statuses whose answers have no content (RFC 9110 §15). */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

function own({ no, status }: Ended, { method, requestId, url }: Answering, exchange: Exchange | null): Response {
  if (no instanceof Response) {
    const response = copy(no);
    cleanResponse(response.headers);
    return response;
  }
  const bodiless = method === "HEAD";
  if (!("problem" in no)) {
    return new Response(bodiless ? null : no.body, { status: no.status, headers: no.headers });
  }
  // As the caller came; where a proxy asks, its caller was never here.
  const isCallers = exchange !== null && exchange.meant === null;
  const problem = toProblem(no, { requestId, url: isCallers ? originOf(exchange.admitted) : url });
  const init = {
    status: status ?? problem.status,
    headers: { "content-type": "application/problem+json", ...no.headers },
  };
  if (BODILESS.has(init.status)) {
    return new Response(null, { status: init.status, headers: no.headers ?? {} });
  }
  return new Response(bodiless ? null : JSON.stringify({ ...problem, status: init.status }), init);
}

/**
 * What holds for every answer of a rule: its header modifiers, whether a page may read it, where the caller stands with
 * limits, and its session.
 *
 * @param closed what the rule may not write in this one
 * @param endpoint that answered; null = none did
 */
function sayOfRule(exchange: Exchange, headers: Headers, closed: ReadonlySet<string>, endpoint: Endpoint | null): void {
  const { cors, responseModifiers } = exchange.routed.plan;
  const isClosed = closed === NOTHING ? null : (name: string): boolean => closed.has(plainName(name));
  for (const modifier of responseModifiers) {
    modifyHeaders(headers, modifier, isClosed);
  }
  if (cors !== null && closed !== CORS_HEADERS) {
    markResponse(cors, exchange.admitted.headers.get("origin"), headers);
  }
  for (const pair of exchange.limits) {
    headers.set(...pair);
  }
  const session = sessionOf(exchange, endpoint);
  if (session !== null) {
    headers.append(...session);
  }
  dropSetOperatorCookies(headers);
}

/**
 * The header that hands out a session with the endpoint that answered. Where none did, the caller's own is renewed, so
 * that refusals do not let it run out; a new one is not given.
 */
function sessionOf({ admitted, live, ports, routed }: Exchange, endpoint: Endpoint | null): HeaderPair | null {
  const { rule, addressPrefix, destination } = routed;
  if (rule === null || rule.sessionPersistence === null || "problem" in destination) {
    return null;
  }
  const { service, pinned } = destination;
  const named = endpoint ?? live.endpoints.get(service)?.find(({ id }) => id === pinned?.endpointId);
  if (named === undefined) {
    return null;
  }
  const { cookiePath = "/" } = rule.sessionPersistence;
  // A browser knows only the address that it used.
  const path = cookiePath === "/" ? addressPrefix || "/" : `${addressPrefix}${cookiePath}`;
  const secure = admitted.scheme === "https";
  return sessionHeader(
    rule.sessionPersistence,
    { service, endpoint: named, before: pinned, path, secure },
    ports.now(),
  );
}

/** The headers of a fetched response cannot be written to. */
function copy(upstream: Response): Response {
  if (upstream.webSocket === null) {
    return new Response(upstream.body, upstream);
  }
  return new Response(null, { status: 101, webSocket: upstream.webSocket, headers: upstream.headers });
}
