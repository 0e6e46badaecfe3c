// Envoy's ext_authz over HTTP (envoy.extensions.filters.http.ext_authz.v3.HttpService), and MuleSoft's Flex Gateway,
// which is Envoy. Method and headers are the client's; path and query follow the service. Only 200 allows; every other
// status but 5xx is an answer that the client gets with headers and body; 5xx is a failure, which Envoy refuses unless
// told otherwise.
import type { Decision } from "../../model/message/decision.ts";
import { allowed, notAllowed } from "./adapter-answer.ts";
import { forwardedAddress } from "../../decide/header/forwarded-for.ts";
import type { Dialect } from "./authz-dialect.ts";

export const envoy: Dialect = {
  takesPath: true,
  ask: ({ request, rest, trustedHops }) => {
    const { headers, method, url } = request;
    const start = url.indexOf("://") + 3;
    const scheme = headers.get("x-forwarded-proto") === "https" ? "https://" : url.slice(0, start);
    return {
      method,
      url: `${scheme}${url.slice(start, url.indexOf("/", start))}${rest.startsWith("/") ? "" : "/"}${rest}`,
      headers,
      clientAddress: forwardedAddress(headers.get("x-forwarded-for"), trustedHops) ?? null,
    };
  },
  answer: (decision: Decision) => {
    if (!decision.allowed) {
      return told(decision.response);
    }
    if (decision.preflight !== undefined) {
      return decision.preflight;
    }
    const { remove } = decision;
    return allowed(decision, remove.length === 0 ? {} : { "x-envoy-auth-headers-to-remove": remove.join(", ") });
  },
};

/** A fixed answer of 200 goes on as 203, which is what a proxy makes of somebody else's 200 (RFC 9110 §15.3.4). */
function told(response: Response): Response {
  return response.status === 200 ? notAllowed(response, 203) : response;
}
