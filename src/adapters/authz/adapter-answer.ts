// What every dialect's answer has in common.
import type { Decision } from "../../model/message/decision.ts";
import { problems, toProblem, type Answered, type Refusal } from "../../model/word/problem.ts";

/** Exactly 200: some proxies take any other 2xx for a refusal. */
export function allowed(
  decision: Extract<Decision, { allowed: true }>,
  more: Readonly<Record<string, string>>,
): Response {
  const headers = new Headers({
    "cache-control": "no-store",
    "selvage-decision": `allow; policy="${decision.policy}"; rev=${decision.revision}`,
    "selvage-revision": String(decision.revision),
    "selvage-path": decision.path,
    ...more,
  });
  for (const pair of [...decision.client, ...decision.upstream]) {
    headers.set(...pair);
  }
  return new Response(null, { status: 200, headers });
}

/** A success of the mesh's own would read as "allowed": it is told beside a status that does not. */
export function notAllowed({ status: meant, headers: said, body }: Response, status: number): Response {
  const headers = new Headers(said);
  headers.set("selvage-status", String(meant));
  return new Response(body, { status, headers });
}

/** For questions that never became one: no policy decided. */
export function refused(refusal: Refusal, answered: Answered): Response {
  const { status } = problems[refusal.problem];
  return Response.json(toProblem(refusal, answered), {
    status,
    headers: {
      ...refusal.headers,
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      "selvage-decision": 'adapter; policy="none"; rev=0',
      "x-request-id": answered.requestId,
    },
  });
}

export function badQuestion(detail: string): Refusal {
  return { problem: "malformedRequest", detail };
}
