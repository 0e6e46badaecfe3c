// One request to one endpoint, by address or by service binding: never follows a redirect, stops waiting for headers at
// the deadline, and tells a failure as a value. Whether it is tried again is not decided here.
import { withDeadline } from "../../bounded/deadline.ts";
import { endpointUrl, serviceBinding } from "../../decide/balance/endpoint-url.ts";
import type { EditedHeaders } from "../../decide/header/edited-headers.ts";
import type { Receives } from "../../decide/header/receives.ts";
import type { Endpoint, ServiceKey } from "../../model/snapshot/snapshot.ts";
import { ASSERTION_HEADER } from "../../tokens/assertion.ts";
import { assertionFor, knownAssertion } from "../identity/assert.ts";
import { letGo } from "../exchange/body.ts";
import type { Upload } from "../transfer/upload.ts";
import type { CallFailure, Exchange, Outgoing, Trace } from "../exchange/exchange.ts";
import { receivesAt } from "../exchange/outgoing.ts";

export interface CallOptions {
  /** Whose endpoint it is: what the mesh asserts is for it alone. */
  readonly service: ServiceKey;
  /** Until response headers; null = no deadline. */
  readonly timeoutMs: number | null;
  /**
   * Breaks the call off: at the deadline, or when somebody else says so. null = leave it to the runtime, which does so
   * once the caller has its answer: enough for calls that the request does not outlive, and cheaper by a tenth.
   */
  readonly abort: AbortController | null;
  /** A body that streams: takes the place of bytes, and the deadline begins when it has been sent. */
  readonly upload?: Upload | null;
  /** What a service that wants to know is told of that: `selvage-timeout-ms`; null or absent = nothing. */
  readonly toldMs?: number | null;
  /** The answer's body is only passed on, as it is: not decoded. */
  readonly passed?: boolean;
  /** For the trace; absent = a try of the request itself. */
  readonly purpose?: "attempt" | "mirror" | "external-auth";
  /** Of this call, where it is traced. */
  readonly traceparent?: string;
}

export function call(
  exchange: Exchange,
  endpoint: Endpoint,
  outgoing: Outgoing,
  body: BodyInit | null,
  options: CallOptions,
): Promise<Response | CallFailure> {
  return exchange.trace === undefined
    ? send(exchange, endpoint, outgoing, body, options)
    : traced(exchange.trace, endpoint, options, (traceparent) =>
        send(exchange, endpoint, outgoing, body, traceparent === null ? options : { ...options, traceparent }),
      );
}

/** A call of a request that is traced has a span of its own, and the service hears of it where it wants to. */
async function traced(
  trace: Trace,
  { id, cluster, version }: Endpoint,
  { service, purpose = "attempt" }: CallOptions,
  sending: (traceparent: string | null) => Promise<Response | CallFailure>,
): Promise<Response | CallFailure> {
  const began = trace("call", { service, endpoint: id, cluster, version, purpose });
  const traceparent = typeof began === "string" ? began : null;
  const answer = await sending(traceparent);
  trace("called", { traceparent, ...("failure" in answer ? { failure: answer.failure } : { status: answer.status }) });
  return answer;
}

/**
 * The same for whoever waits in a frame of its own and watches the deadline: sent by the time this returns. What comes
 * of it is for `outcomeOf` to say, or for `failureOf` where it rejects.
 *
 * @returns null = something has to be waited for before, or somebody listens: nothing was sent, and `call` does it
 */
export function callAtOnce(
  exchange: Exchange,
  endpoint: Endpoint,
  outgoing: Outgoing,
  options: CallOptions,
): Promise<Response> | null {
  if (exchange.trace !== undefined || !("url" in endpoint.address)) {
    return null;
  }
  const { service } = options;
  const receives = receivesAt(exchange, service);
  const assertion = receives.assertion ? knownAssertion(exchange, service) : null;
  if (assertion === undefined) {
    return null;
  }
  const url = endpointUrl(endpoint, outgoing.origin, outgoing.path, outgoing.search);
  try {
    return dispatch(exchange, null, outgoing, { url, receives, assertion, body: null }, options);
  } catch (error) {
    return Promise.reject(error);
  }
}

async function send(
  exchange: Exchange,
  endpoint: Endpoint,
  outgoing: Outgoing,
  body: BodyInit | null,
  options: CallOptions,
): Promise<Response | CallFailure> {
  const { address } = endpoint;
  const bound = "binding" in address ? serviceBinding(exchange.env, address.binding) : null;
  if ("binding" in address && bound === null) {
    return {
      failure: "unsent",
      detail: `names the service binding ${address.binding}, which this Worker does not have`,
    };
  }
  const url = endpointUrl(endpoint, outgoing.origin, outgoing.path, outgoing.search);
  const { method } = outgoing;
  const { service } = options;
  const receives = receivesAt(exchange, service);
  const asserting = receives.assertion ? assertionFor(exchange, service, { method, url }) : null;
  const assertion = asserting instanceof Promise ? await asserting : asserting;
  try {
    const fetching = dispatch(exchange, bound, outgoing, { url, receives, assertion, body }, options);
    // Only headers have a deadline, bodies have none; it begins when the request has been sent.
    const { timeoutMs, upload } = options;
    const answering = timeoutMs === null ? fetching : withDeadline(fetching, timeoutMs, letGo, upload?.sent);
    return outcomeOf(exchange, await answering, options);
  } catch (error) {
    return failureOf(error, options);
  }
}

/** What a try sends beside what all of them send. */
interface Sent {
  readonly url: string;
  readonly receives: Receives;
  readonly assertion: string | null;
  readonly body: BodyInit | null;
}

function dispatch(
  exchange: Exchange,
  bound: ReturnType<typeof serviceBinding>,
  { method, headers }: Outgoing,
  { url, receives, assertion, body }: Sent,
  options: CallOptions,
): Promise<Response> {
  say(headers, ASSERTION_HEADER, assertion);
  if (exchange.admitted.hops === 0) {
    // The first hop has to be told by one of the mesh's words: an endpoint may lead back to it.
    say(headers, "selvage-hops", assertion === null && !receives.source ? "1" : null);
  }
  if (options.traceparent !== undefined && headers.has("traceparent")) {
    headers.set("traceparent", options.traceparent);
  }
  const { toldMs = null } = options;
  say(headers, "selvage-timeout-ms", toldMs !== null && receives.timeout ? String(toldMs) : null);
  // Over the network the runtime makes its own; a bound Worker would see the caller's beside its URL.
  if (bound !== null) {
    headers.delete("host");
  }
  const init: RequestInit = { method, headers: headers.written(), body, redirect: "manual" };
  const upload = options.upload ?? null;
  if (upload !== null) {
    init.body = upload.stream;
  }
  if (options.abort !== null) {
    init.signal = options.abort.signal;
  }
  if (options.passed === true) {
    init.encodeResponseBody = "manual";
  }
  return bound === null ? exchange.ports.fetch(url, init) : bound.fetch(url, init);
}

export function outcomeOf(
  { ctx }: Pick<Exchange, "ctx">,
  response: Response | null,
  options: CallOptions,
): Response | CallFailure {
  if (response === null) {
    options.abort?.abort();
    return timedOut(options);
  }
  const { status } = response;
  if (canBePassedOn(status, response)) {
    return response;
  }
  ctx.waitUntil(letGo(response));
  return { failure: "lost", detail: `answered with status ${status}, which cannot be passed on` };
}

export function failureOf(error: unknown, options: CallOptions): CallFailure {
  switch (options.upload?.fault() ?? null) {
    case null:
      return { failure: "lost", detail: describe(error) };
    case "late":
      return timedOut(options);
    case "broken":
    case "stalled":
      return { failure: "caller", detail: "did not get the whole body of the request" };
  }
}

/** Of this try: what another one said goes. */
function say(headers: EditedHeaders, name: string, value: string | null): void {
  if (value === null) {
    headers.delete(name);
  } else {
    headers.set(name, value);
  }
}

function timedOut({ timeoutMs }: CallOptions): CallFailure {
  const detail = timeoutMs === null ? "took no more of the body" : `did not answer within ${timeoutMs} ms`;
  return { failure: "timeout", detail };
}

/** A switch of protocols that nobody asked for, and numbers that are no HTTP status (RFC 9110 §15), are not answers. */
function canBePassedOn(status: number, response: Response): boolean {
  return (status >= 200 && status <= 599) || (status === 101 && response.webSocket !== null);
}

/**
 * workerd says the same of a refused connection and of one that was reset; names and certificates are internal errors.
 */
function describe(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (/connection lost|ECONNREFUSED|ECONNRESET|refused/i.test(text)) {
    return "refused the connection, or closed it before it answered";
  }
  return "could not be reached: its name, its certificate or its protocol failed";
}
