// Envoy's ext_authz over HTTP (envoy.extensions.filters.http.ext_authz.v3.HttpService), and MuleSoft's Flex Gateway, which is
// Envoy. Method and headers are the client's; path and query follow the service. Only 200 allows; every other status but
// 5xx is a refusal that the client gets with headers and body; 5xx is a failure, which Envoy refuses unless told otherwise.
import type { Decision } from "../../model/message/decision.ts";
import { allowed } from "./adapter-answer.ts";
import { forwardedAddress } from "../../decide/header/forwarded-for.ts";
import type { Dialect } from "./authz-dialect.ts";

export const envoy: Dialect = {
  takesPath: true,
  ask: ({ request, rest, trustedHops }) => {
    const { headers, method, url } = request;
    const origin = url.slice(0, url.indexOf("/", url.indexOf("://") + 3));
    return {
      method,
      url: `${origin}${rest.startsWith("/") ? "" : "/"}${rest}`,
      headers,
      clientAddress: forwardedAddress(headers.get("x-forwarded-for"), trustedHops) ?? null,
    };
  },
  answer: (decision: Decision) =>
    decision.allowed
      ? allowed(
          decision,
          decision.remove.length === 0 ? {} : { "x-envoy-auth-headers-to-remove": decision.remove.join(", ") },
        )
      : decision.response,
};
