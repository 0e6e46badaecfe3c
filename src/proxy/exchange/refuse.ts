// The one exit for whatever the mesh answers itself: refusals as problems, and the few other answers (redirects, preflights).
// Each says which stage and policy decided, at which revision, and is never stored by a cache.
import { problems, toProblem, type Refusal } from "../../model/word/problem.ts";

/** Who answers, and to what. */
export interface Answering {
  readonly requestId: string;
  readonly method: string;
  revision: number;
  stage: string;
  /** `HTTPRoute/shop/orders/0`; null = none in particular. */
  policy: string | null;
}

export function refuse(refusal: Refusal, by: Answering): Response {
  const { status } = problems[refusal.problem];
  const headers = { "content-type": "application/problem+json", ...refusal.headers };
  return reply(status, headers, JSON.stringify(toProblem(refusal, by.requestId)), by);
}

/** An answer of the mesh that is not a refusal. A HEAD gets no body. */
export function reply(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | null,
  by: Answering,
): Response {
  return new Response(by.method === "HEAD" ? null : body, { status, headers: { ...headers, ...ownHeaders(by) } });
}

/** What marks an answer as the mesh's own. */
export function ownHeaders({ stage, policy, revision, requestId }: Answering): Record<string, string> {
  return {
    "cache-control": "no-store",
    "selvage-decision": `${stage}; policy="${policy ?? "none"}"; rev=${revision}`,
    "selvage-revision": String(revision),
    "x-request-id": requestId,
  };
}
