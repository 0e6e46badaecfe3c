// What the mesh says when a request could not be brought to a service, or no answer came back in time.
import type { Refusal } from "../../model/word/problem.ts";
import type { Endpoint } from "../../model/snapshot/snapshot.ts";
import type { CallFailure, Destination } from "../exchange/exchange.ts";

export function noEndpoint({ service, version }: Destination, registered: number): Refusal {
  const which = version === null ? "" : ` of version ${version}`;
  const why = registered === 0 ? "none is registered" : `none of the ${registered} registered can be used`;
  return {
    problem: "noHealthyEndpoint",
    detail: `The service ${service} has no endpoint${which}: ${why}`,
    extensions: { service, ...(version === null ? {} : { version }) },
    headers: { "retry-after": "1" },
  };
}

export function outOfTime({ service, timeouts }: Destination, endpoint: Endpoint, attempts: number): Refusal {
  const detail = `The request's ${timeouts.requestMs} ms were over before the service ${service} could be asked`;
  return { problem: "deadlineExceeded", detail, extensions: { service, endpoint: endpoint.id, attempts } };
}

/** Another try was due, and would have begun after the deadline: the answer before it is no answer to the request. */
export function noTimeLeft({ service, timeouts }: Destination, endpoint: Endpoint, attempts: number): Refusal {
  const tries = attempts === 1 ? "1 try" : `${attempts} tries`;
  const detail = `The request's ${timeouts.requestMs} ms end before the next try of the service ${service} may begin: ${tries} failed`;
  return { problem: "deadlineExceeded", detail, extensions: { service, endpoint: endpoint.id, attempts } };
}

/** Tells the deadline that somebody set, not what happened to be left of it. */
export function late(
  { service, timeouts }: Destination,
  endpoint: Endpoint,
  timeoutMs: number | null,
  attempts: number,
): Refusal {
  const { requestMs, perTryMs } = timeouts;
  const limit = timeoutMs === perTryMs ? `the ${perTryMs} ms of one try` : `the request's ${requestMs} ms`;
  const detail = `Endpoint ${endpoint.id} of the service ${service} did not answer within ${limit}`;
  return { problem: "deadlineExceeded", detail, extensions: { service, endpoint: endpoint.id, attempts } };
}

/** Several lost tries say more about the service than one: nothing of it can be reached now (503, come back). */
export function lost({ service }: Destination, endpoint: Endpoint, failure: CallFailure, attempts: number): Refusal {
  const extensions = { service, endpoint: endpoint.id, attempts };
  const detail = `Endpoint ${endpoint.id} of the service ${service} ${failure.detail}`;
  if (attempts === 1) {
    return { problem: "upstreamFailed", detail, extensions };
  }
  return {
    problem: "noHealthyEndpoint",
    detail: `${detail}, like every try before it: ${attempts} in all`,
    extensions,
    headers: { "retry-after": "1" },
  };
}
