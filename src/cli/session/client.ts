// The admin API over HTTP: bearer token in, typed answer or typed failure out. Knows no terminal and no options.
import type { Problem } from "../../model/word/problem.ts";
import { exitCodeOf, exitCodes, type ExitCode } from "./exit-code.ts";

interface ClientOptions {
  /** `http://127.0.0.1:8787`; a path is kept, so that the mesh may live below one. */
  readonly server: string;
  readonly token: string | null;
  /** Longest wait for one answer, milliseconds. */
  readonly timeoutMs: number;
  /** Sent with every call. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How a request gets there; by default over the network. */
  readonly fetch?: (url: URL, init: RequestInit) => Promise<Response>;
}

interface ApiCall {
  /** Left out ones (undefined) are not sent; `true` is sent as `true`. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** An object is sent as JSON. */
  readonly body?: object;
  /** Text in a format of its own. */
  readonly text?: { readonly type: string; readonly content: string };
  /** Value of If-Match: a quoted revision or `*`. */
  readonly ifMatch?: string | undefined;
  /** If-None-Match: the write creates, or fails with 412. */
  readonly ifNoneMatch?: "*";
}

export type ApiAnswer<T> =
  | { readonly ok: true; readonly status: number; readonly value: T; readonly etag: string | null }
  | { readonly ok: false; readonly failure: Failure };

export interface Failure {
  readonly exitCode: ExitCode;
  /** null: there was no answer at all. */
  readonly status: number | null;
  readonly message: string;
  readonly hint?: string;
  /** The mesh's own words, when it was the mesh that answered. */
  readonly problem?: Problem;
}

export interface ApiClient {
  readonly server: string;
  readonly hasToken: boolean;
  /** Calls `/_selvage/v1<path>`. `T` is what the handler's schema in src/model/api*.ts says. */
  call<T>(method: string, path: string, call?: ApiCall): Promise<ApiAnswer<T>>;
  /** Opens a stream of server-sent events. */
  stream(
    path: string,
    query: Readonly<Record<string, string | number | undefined>>,
    signal: AbortSignal,
  ): Promise<
    { readonly ok: true; readonly body: ReadableStream<Uint8Array> } | { readonly ok: false; readonly failure: Failure }
  >;
  /**
   * Calls a path of the server itself, e.g. `/_selvage/readyz`; `accept` names statuses that are answers, not failures.
   */
  raw<T>(method: string, path: string, accept?: readonly number[]): Promise<ApiAnswer<T>>;
}

/**
 * @example `const answer = await createClient({…}).call<ResourceList>("GET", "/resources", { query: { kind: "Service" }
 * })`
 */
export function createClient(options: ClientOptions): ApiClient {
  const server = options.server.replace(/\/+$/, "");
  return {
    server,
    hasToken: options.token !== null,
    call: (method, path, call = {}) => send(`${server}/_selvage/v1${path}`, method, call, options),
    stream: (path, query, signal) => openStream(addressOf(`${server}/_selvage/v1${path}`, query), options, signal),
    raw: (method, path, accept) => send(`${server}${path}`, method, {}, options, accept),
  };
}

function addressOf(address: string, query: Readonly<Record<string, string | number | boolean | undefined>>): URL {
  const url = new URL(address);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) {
      url.searchParams.set(name, String(value));
    }
  }
  return url;
}

/** Without a longest wait: a stream lasts. */
async function openStream(url: URL, options: ClientOptions, signal: AbortSignal): ReturnType<ApiClient["stream"]> {
  const headers = new Headers({ accept: "text/event-stream, application/problem+json", ...options.headers });
  if (options.token !== null) {
    headers.set("authorization", `Bearer ${options.token}`);
  }
  try {
    const response = await (options.fetch ?? fetch)(url, { headers, signal });
    if (response.ok && response.body !== null) {
      return { ok: true, body: response.body };
    }
    return { ok: false, failure: failed(url, response.status, parse(await response.text())) };
  } catch (error) {
    return { ok: false, failure: unreachable(url, error, options.timeoutMs) };
  }
}

async function send<T>(
  address: string,
  method: string,
  call: ApiCall,
  options: ClientOptions,
  accept: readonly number[] = [],
): Promise<ApiAnswer<T>> {
  const url = addressOf(address, call.query ?? {});
  const headers = new Headers({ accept: "application/json, application/problem+json", ...options.headers });
  if (options.token !== null) {
    headers.set("authorization", `Bearer ${options.token}`);
  }
  if (call.ifMatch !== undefined) {
    headers.set("if-match", call.ifMatch);
  }
  if (call.ifNoneMatch !== undefined) {
    headers.set("if-none-match", call.ifNoneMatch);
  }
  if (call.text) {
    headers.set("content-type", call.text.type);
  } else if (call.body) {
    headers.set("content-type", "application/json");
  }
  const body = call.text?.content ?? (call.body ? JSON.stringify(call.body) : null);
  let response: Response;
  let text: string;
  try {
    response = await (options.fetch ?? fetch)(url, {
      method,
      headers,
      body,
      signal: AbortSignal.timeout(options.timeoutMs),
    });
    text = await response.text();
  } catch (error) {
    return { ok: false, failure: unreachable(url, error, options.timeoutMs) };
  }
  const isText = /^text\/(?:plain|csv)\b/.test(response.headers.get("content-type") ?? "");
  const parsed = response.ok && isText ? text : parse(text);
  if (response.ok || accept.includes(response.status)) {
    if (text !== "" && parsed === undefined) {
      return { ok: false, failure: notTheApi(url, response.status) };
    }
    // The server's own schema made the answer; checking it again here would refuse what a newer server adds.
    return { ok: true, status: response.status, value: parsed as T, etag: response.headers.get("etag") };
  }
  return { ok: false, failure: failed(url, response.status, parsed) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function failed(url: URL, status: number, parsed: unknown): Failure {
  if (!isProblem(parsed)) {
    return notTheApi(url, status);
  }
  return { exitCode: exitCodeOf(status, parsed.code), status, message: parsed.detail, problem: parsed };
}

function isProblem(value: unknown): value is Problem {
  return (
    typeof value === "object" &&
    value !== null &&
    "code" in value &&
    typeof value.code === "string" &&
    "title" in value &&
    "detail" in value &&
    typeof value.detail === "string"
  );
}

function notTheApi(url: URL, status: number): Failure {
  return {
    exitCode: exitCodeOf(status === 200 ? 502 : status),
    status,
    message: `${url.origin} answered ${status} to ${url.pathname}, and not in the admin API's words`,
    hint: "is --server (or SELVAGE_URL) the address of a mesh?",
  };
}

function unreachable(url: URL, error: unknown, timeoutMs: number): Failure {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const timedOut = error instanceof Error && error.name === "TimeoutError";
  const reason = cause instanceof Error ? ("code" in cause ? String(cause.code) : cause.message) : String(cause);
  return {
    exitCode: exitCodes.unavailable,
    status: null,
    message: timedOut
      ? `${url.origin} did not answer within ${timeoutMs / 1000} s`
      : `${url.origin} cannot be reached (${reason})`,
    hint: "is the mesh running? `selvage up` starts a local one; --server or SELVAGE_URL name another",
  };
}
