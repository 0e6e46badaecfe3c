// For services written with Express, Connect or plain node:http: `(request, response, next)`, by structure, so that any
// version of them fits.
import { refuseUnverified } from "./refuse-unverified.ts";
import { verifyRequest, type AssertedCaller, type VerifyOptions } from "./verify-request.ts";

/** The least that is needed of Node's request; Express keeps the whole address in `originalUrl`. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly originalUrl?: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Written here. */
  selvage?: AssertedCaller;
}

export interface NodeResponse {
  writeHead(status: number, headers: Record<string, string>): unknown;
  end(body: string): unknown;
}

/**
 * Only lets requests pass that came through the mesh; handlers find the caller in `request.selvage`.
 *
 * @example app.use(selvage({ jwksUrl, audience: "shop/orders" }));
 */
export function selvage(
  options: VerifyOptions,
): (request: NodeRequest, response: NodeResponse, next: () => void) => void {
  return (request, response, next) => void pass(options, request, response, next);
}

async function pass(
  options: VerifyOptions,
  request: NodeRequest,
  response: NodeResponse,
  next: () => void,
): Promise<void> {
  const url = request.originalUrl ?? request.url ?? "/";
  const headers = { get: (name: string) => one(request.headers[name]) };
  const verified = await verifyRequest({ method: request.method ?? "GET", url, headers }, options);
  if (!verified.ok) {
    const answer = refuseUnverified(verified);
    response.writeHead(answer.status, { ...answer.headers });
    response.end(answer.body);
    return;
  }
  request.selvage = verified.caller;
  // Outside of this promise: what a handler throws is its framework's, as if nothing had been waited for.
  queueMicrotask(next);
}

/** Sent twice it is no assertion. */
function one(value: string | string[] | undefined): string | null {
  return Array.isArray(value) ? value.join(", ") : (value ?? null);
}
