// The ExternalAuth filter over HTTP (GEP-1494): another service is asked before the request goes on. 200 lets it pass, with
// headers of that answer added; anything else is the caller's answer; silence denies.
import type { HeaderFields } from "../../decide/header/header-bag.ts";
import { isReserved } from "../../decide/header/headers.ts";
import { pickEndpoint } from "../../decide/balance/pick.ts";
import { join } from "../../decide/route/rewrite.ts";
import type { FilterPlan } from "../../decide/route/filter-plan.ts";
import type { Refusal } from "../../model/word/problem.ts";
import { letGo, type Body } from "../exchange/body.ts";
import { call } from "../call/call.ts";
import type { Exchange, Outgoing } from "../exchange/exchange.ts";

type ExternalAuth = FilterPlan["externalAuths"][number];

/** Sent whatever the filter lists: the caller's credentials, and what was asked for. */
const ALWAYS_SENT = [
  "authorization",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-request-id",
  "traceparent",
];
/** Describe the authorization service's own body, not the request it lets pass. */
const NOT_COPIED = /^(?:content-|date$|etag$|vary$|set-cookie$|cache-control$)/;
const LONGEST_MS = 15_000;

/** @returns null = allowed, and the request's headers hold what the service added */
export async function externalAuth(
  exchange: Exchange,
  filter: ExternalAuth,
  outgoing: Outgoing,
  body: Body,
): Promise<Response | Refusal | null> {
  const { live, ports, admitted } = exchange;
  const { target } = filter;
  if ("invalid" in target) return { problem: "invalidBackend", detail: target.message };
  if (
    filter.maxBodyBytes > 0 &&
    (body.kind === "stream" || (body.kind === "kept" && body.bytes.byteLength > filter.maxBodyBytes))
  ) {
    const detail = `The route's authorization service takes bodies of at most ${filter.maxBodyBytes} bytes`;
    return { problem: "payloadTooLarge", detail };
  }
  const endpoint = pickEndpoint(live.endpoints.get(target.service) ?? [], target.version, [], ports.random());
  if (endpoint === null) return denied(target.service, "has no endpoint that can be used");
  const question: Outgoing = {
    method: outgoing.method,
    path: join(filter.path, admitted.path),
    search: admitted.search,
    headers: pickHeaders(outgoing.headers, filter.allowedHeaders),
    origin: outgoing.origin,
  };
  const bytes = filter.maxBodyBytes > 0 && body.kind === "kept" ? body.bytes : null;
  const answer = await call(exchange, endpoint, question, bytes, {
    service: target.service,
    timeoutMs: LONGEST_MS,
    abort: new AbortController(),
  });
  if ("failure" in answer) return denied(target.service, answer.detail);
  exchange.trace?.("external-auth", { service: target.service, status: answer.status });
  if (answer.status !== 200) return answer;
  copyHeaders(answer.headers, filter.allowedResponseHeaders, outgoing.headers);
  exchange.ctx.waitUntil(letGo(answer));
  return null;
}

function pickHeaders(from: HeaderFields, allowed: readonly string[]): Headers {
  const picked = new Headers();
  for (const name of [...ALWAYS_SENT, ...allowed]) {
    const value = from.get(name);
    if (value !== null) picked.set(name, value);
  }
  return picked;
}

function copyHeaders(from: Headers, allowed: readonly string[], to: HeaderFields): void {
  const wanted = new Set(allowed.map((name) => name.toLowerCase()));
  from.forEach((value, name) => {
    const named = wanted.has(name);
    if (!isReserved(name) && (named || (wanted.size === 0 && !NOT_COPIED.test(name)))) to.set(name, value);
  });
}

/** Default deny: who cannot be asked has not allowed it. */
function denied(service: string, why: string): Refusal {
  return {
    problem: "forbidden",
    detail: `The authorization service ${service} could not be asked: it ${why}`,
    extensions: { service },
  };
}
