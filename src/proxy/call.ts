// One request to one endpoint, by address or by service binding: never follows a redirect, stops waiting for headers at the
// deadline, and tells a failure as a value. Whether it is tried again is not decided here.
import { endpointUrl } from "../decide/endpoint-url.ts";
import type { Env } from "../env.ts";
import type { Endpoint } from "../model/snapshot.ts";
import { letGo } from "./body.ts";
import type { CallFailure, Exchange, Outgoing } from "./exchange.ts";

export async function call(
  exchange: Exchange,
  endpoint: Endpoint,
  outgoing: Outgoing,
  body: BodyInit | null,
  timeoutMs: number | null,
): Promise<Response | CallFailure> {
  const { address } = endpoint;
  const bound = "binding" in address ? bindingOf(exchange.env, address.binding) : null;
  if ("binding" in address && bound === null) {
    return { failure: "lost", detail: `names the service binding ${address.binding}, which this Worker does not have` };
  }
  const url = endpointUrl(endpoint, outgoing.origin, outgoing.path, outgoing.search);
  const init: RequestInit = { method: outgoing.method, headers: outgoing.headers, body, redirect: "manual" };
  const deadline = timeoutMs === null ? null : deadlineIn(timeoutMs);
  if (deadline !== null) init.signal = deadline.signal;
  try {
    const response = await (bound === null ? exchange.ports.fetch(url, init) : bound.fetch(url, init));
    if (canBePassedOn(response)) return response;
    exchange.ctx.waitUntil(letGo(response));
    return { failure: "lost", detail: `answered with status ${response.status}, which cannot be passed on` };
  } catch (error) {
    if (deadline?.signal.aborted) return { failure: "timeout", detail: `did not answer within ${timeoutMs} ms` };
    return { failure: "lost", detail: describe(error) };
  } finally {
    // Only headers have a deadline: a body that is coming may take its time.
    deadline?.stop();
  }
}

function deadlineIn(ms: number): { readonly signal: AbortSignal; readonly stop: () => void } {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), ms);
  return { signal: controller.signal, stop: () => clearTimeout(timer) };
}

/** A switch of protocols that nobody asked for, and numbers that are no HTTP status (RFC 9110 §15), are not answers. */
function canBePassedOn({ status, webSocket }: Response): boolean {
  return (status >= 200 && status <= 599) || (status === 101 && webSocket !== null);
}

/** workerd says the same of a refused connection and of one that was reset; names and certificates are internal errors. */
function describe(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (/connection lost|ECONNREFUSED|ECONNRESET|refused/i.test(text)) {
    return "refused the connection, or closed it before it answered";
  }
  return "could not be reached: its name, its certificate or its protocol failed";
}

interface Fetching {
  fetch(url: string, init: RequestInit): Promise<Response>;
}

function bindingOf(env: Env, name: string): Fetching | null {
  // Service bindings are named by users, so Env cannot declare them.
  const bound = (env as unknown as Readonly<Record<string, unknown>>)[name];
  return isFetching(bound) ? bound : null;
}

function isFetching(value: unknown): value is Fetching {
  return typeof value === "object" && value !== null && "fetch" in value && typeof value.fetch === "function";
}
