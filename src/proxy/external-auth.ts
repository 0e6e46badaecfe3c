// The ExternalAuth filter over HTTP (GEP-1494): another service is asked before the request goes on. 200 lets it pass,
// with headers of that answer added; anything else is the caller's answer; silence denies.
import { settledVersion } from "../isolate/rollout-memory.ts";
import { EditedHeaders, type HeaderEdit } from "../decide/header/edited-headers.ts";
import { isReserved } from "../decide/header/headers.ts";
import { pickEndpoint } from "../decide/balance/pick.ts";
import { join } from "../decide/route/rewrite.ts";
import type { FilterPlan } from "../decide/route/filter-plan.ts";
import type { Endpoint, HeaderPair } from "../model/snapshot/snapshot.ts";
import type { Refusal } from "../model/word/problem.ts";
import { KEEP_LIMIT_BYTES, letGo, type Body, type BodyFault } from "./exchange/body.ts";
import { keepOwnBody } from "./transfer/own-body.ts";
import { bodyRefusal } from "./transfer/body-refusal.ts";
import { call } from "./call/call.ts";
import { GO_ON } from "./exchange/decided.ts";
import type { Decided, Exchange, Outgoing } from "./exchange/exchange.ts";
import type { ClosedHeaders } from "../decide/header/proof-headers.ts";
import { lead, namesPlaces, routedBy } from "./exchange/lead.ts";
import { BY_DEFAULT } from "../decide/header/receives.ts";
import { closedTo, forwardingOf, originOf, receivesHere } from "./exchange/outgoing.ts";

type ExternalAuth = FilterPlan["externalAuths"][number];

/** Sent whatever the filter lists: the caller's credentials, and what was asked for. */
const ALWAYS_SENT = [
  "authorization",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-request-id",
  "traceparent",
  "selvage-hops",
];
/** Describe the authorization service's own body, not the request it lets pass. */
const NOT_COPIED = /^(?:content-|date$|etag$|vary$|set-cookie$|cache-control$)/;
const LONGEST_MS = 15_000;
const STAGE = "external-auth";

export function externalAuth(exchange: Exchange): Decided | Promise<Decided> {
  return exchange.routed.plan.externalAuths.length === 0 ? GO_ON : askAll(exchange);
}

async function askAll(exchange: Exchange): Promise<Decided> {
  const { routed, meant } = exchange;
  const { policy, plan } = routed;
  const body = await bodyOf(exchange);
  if ("fault" in body) {
    return { no: bodyRefusal(body.fault), stage: "body", policy };
  }
  const forwarding = forwardingOf(exchange, BY_DEFAULT);
  const told = new Map(forwarding.set);
  const added: HeaderEdit[] = [];
  for (const filter of plan.externalAuths) {
    const verdict = await ask(exchange, filter, told, body);
    if ("no" in verdict) {
      return { no: verdict.no, stage: STAGE, policy };
    }
    for (const [name, value] of verdict.add) {
      told.set(name, value);
    }
    added.push({ set: verdict.add });
  }
  // A proxy that forwards by itself tells the service by itself.
  if (meant !== null) {
    return { ok: { edits: added } };
  }
  const receives = receivesHere(exchange);
  const telling = receives === BY_DEFAULT ? forwarding : forwardingOf(exchange, receives);
  return { ok: { body, edits: [telling, ...added], isTold: true } };
}

/** A body is kept for a service that wants to see it. */
async function bodyOf(exchange: Exchange): Promise<Body | BodyFault> {
  const { body, routed } = exchange;
  const { destination } = routed;
  const mostBytes = Math.max(...routed.plan.externalAuths.map(({ maxBodyBytes }) => maxBodyBytes));
  if (mostBytes === 0 || body.kind !== "stream") {
    return body;
  }
  const requestMs = "problem" in destination ? 0 : destination.timeouts.requestMs;
  return keepOwnBody(exchange, body.stream, requestMs, Math.max(mostBytes, KEEP_LIMIT_BYTES));
}

/** Allowed, with what the service adds to the request; or what the caller is told. */
type Verdict = { readonly add: readonly HeaderPair[] } | { readonly no: Response | Refusal };

/** @param told what the mesh tells, and services that were asked before added */
async function ask(
  exchange: Exchange,
  filter: ExternalAuth,
  told: ReadonlyMap<string, string>,
  body: Body,
): Promise<Verdict> {
  const { live, ports, admitted } = exchange;
  const { target, maxBodyBytes } = filter;
  if ("invalid" in target) {
    return { no: { problem: "invalidBackend", detail: target.message } };
  }
  if (maxBodyBytes > 0 && exchange.meant !== null && admitted.method !== "GET" && admitted.method !== "HEAD") {
    return { no: { problem: "forbidden", detail: BODY_UNSEEN } };
  }
  if (maxBodyBytes > 0 && (body.kind === "stream" || (body.kind === "kept" && body.bytes.byteLength > maxBodyBytes))) {
    const detail = `The route's authorization service takes bodies of at most ${maxBodyBytes} bytes`;
    return { no: { problem: "payloadTooLarge", detail } };
  }
  const version = settledVersion(exchange.state.rollouts, live.snapshot, target);
  const endpoint = pickEndpoint(live.endpoints.get(target.service) ?? [], version, [], ports.random());
  if (endpoint === null) {
    return { no: denied(target.service, "has no endpoint that can be used") };
  }
  const question: Outgoing = {
    method: admitted.method,
    path: join(filter.path, admitted.path),
    search: admitted.search,
    headers: pickHeaders(exchange, told, filter.allowedHeaders),
    origin: originOf(admitted),
  };
  const bytes = maxBodyBytes > 0 && body.kind === "kept" ? body.bytes : null;
  const answer = await call(exchange, endpoint, question, bytes, {
    service: target.service,
    timeoutMs: LONGEST_MS,
    abort: new AbortController(),
    purpose: "external-auth",
  });
  if ("failure" in answer) {
    return { no: denied(target.service, answer.detail) };
  }
  exchange.trace?.("external-auth", { service: target.service, status: answer.status });
  if (answer.status !== 200) {
    return { no: namesPlaces(answer.headers, endpoint.address) ? led(exchange, answer, endpoint.address) : answer };
  }
  exchange.ctx.waitUntil(letGo(answer));
  return { add: copied(answer.headers, filter.allowedResponseHeaders, closedTo(exchange)) };
}

/** It was asked about the caller's path, whatever the rule does to that on the way to its own service. */
function led(exchange: Exchange, answer: Response, address: Endpoint["address"]): Response {
  const copy = new Response(answer.body, answer);
  lead(copy.headers, address, { ...routedBy(exchange), matchedPrefix: "/", rewrite: null });
  return copy;
}

function pickHeaders(
  { headers }: Exchange,
  told: ReadonlyMap<string, string>,
  allowed: readonly string[],
): EditedHeaders {
  const picked = new Map<string, string>();
  for (const name of [...ALWAYS_SENT, ...allowed]) {
    const key = name.toLowerCase();
    const value = told.get(key) ?? headers.get(key);
    if (value !== null) {
      picked.set(key, value);
    }
  }
  return new EditedHeaders(picked);
}

function copied(from: Headers, allowed: readonly string[], closed: ClosedHeaders | undefined): HeaderPair[] {
  const wanted = new Set(allowed.map((name) => name.toLowerCase()));
  const pairs: HeaderPair[] = [];
  from.forEach((value, name) => {
    if (isReserved(name) || closed?.(name) === true) {
      return;
    }
    if (wanted.has(name) || (wanted.size === 0 && !NOT_COPIED.test(name))) {
      pairs.push([name, value]);
    }
  });
  return pairs;
}

const BODY_UNSEEN =
  "The route's authorization service wants to see bodies, which can only be done for requests that go through the mesh";

/** Default deny: who cannot be asked has not allowed it. */
function denied(service: string, why: string): Refusal {
  return {
    problem: "forbidden",
    detail: `The authorization service ${service} could not be asked: it ${why}`,
    extensions: { service },
  };
}
