// From a handler's value to the wire: answers as JSON, refusals as RFC 9457 problems. The only place that builds them.
import { isolateState } from "../../isolate/state.ts";
import { type Answered, type Refusal, problems, toProblem } from "../../model/word/problem.ts";

/** What a handler gives back when the call went well. */
export interface OperationAnswer<Body> {
  /** 200 when left out. */
  readonly status?: 200 | 201;
  readonly body: Body;
  readonly headers?: Readonly<Record<string, string>>;
  /** A stream that was asked for, in place of JSON. */
  readonly response?: Response;
  /** The same in another form that was asked for, in place of JSON. */
  readonly text?: { readonly type: string; readonly content: string };
}

/** Answers hold the mesh's state: nobody may keep them, and nobody may recompress them (that would weaken the ETag). */
const always = {
  "cache-control": "no-store, no-transform",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

export function isRefusal(value: object): value is Refusal {
  return "problem" in value;
}

export function answerResponse(answer: OperationAnswer<unknown>, requestId: string): Response {
  if (answer.response !== undefined) {
    answer.response.headers.set("x-request-id", requestId);
    return answer.response;
  }
  if (answer.text !== undefined) {
    const { type, content } = answer.text;
    const own = { ...always, ...answer.headers, "content-type": `${type}; charset=utf-8`, "x-request-id": requestId };
    return new Response(content, { headers: own });
  }
  return Response.json(answer.body, {
    status: answer.status ?? 200,
    headers: { ...always, ...answer.headers, "x-request-id": requestId },
  });
}

/** What was made before, and is sent as it is. */
export function bytesResponse(
  bytes: Uint8Array,
  headers: Readonly<Record<string, string>>,
  requestId: string,
): Response {
  return new Response(bytes, { headers: { ...always, ...headers, "x-request-id": requestId } });
}

/** 304: the reader has it already. */
export function unchangedResponse(etag: string, requestId: string): Response {
  return new Response(null, { status: 304, headers: { ...always, etag, "x-request-id": requestId } });
}

/** @param call which call refused, for `selvage-decision` */
export function refusalResponse(refusal: Refusal, answered: Answered, call: string): Response {
  return Response.json(toProblem(refusal, answered), {
    status: problems[refusal.problem].status,
    headers: {
      ...always,
      ...refusal.headers,
      "content-type": "application/problem+json",
      "selvage-decision": `admin; policy="${call}"; rev=${isolateState().snapshot.last?.snapshot.revision ?? 0}`,
      "x-request-id": answered.requestId,
    },
  });
}

interface PageOptions {
  /** 200 when left out. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The page has a form that is sent to this host. */
  readonly form?: boolean;
}

/** A page for people: no script, no foreign asset, not to be framed. Styles carry the nonce. */
export function pageResponse(
  html: (nonce: string) => string,
  requestId: string,
  { status = 200, headers = {}, form = false }: PageOptions = {},
): Response {
  const nonce = crypto.randomUUID();
  return new Response(html(nonce), {
    status,
    headers: {
      ...always,
      ...headers,
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": `default-src 'none'; style-src 'nonce-${nonce}'; frame-ancestors 'none'; base-uri 'none'; form-action '${form ? "self" : "none"}'`,
      "x-request-id": requestId,
    },
  });
}

/** To another address, with GET. */
export function redirectResponse(
  location: string,
  requestId: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(null, { status: 303, headers: { ...always, ...headers, location, "x-request-id": requestId } });
}
