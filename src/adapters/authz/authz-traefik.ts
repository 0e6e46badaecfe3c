// Traefik's forwardAuth, and Caddy's forward_auth, which says the same. `X-Forwarded-*` tell what was asked; 2xx
// allows, any other answer reaches the client as it is. So a fixed answer of 2xx cannot: its body does, with 403.
import type { Decision } from "../../model/message/decision.ts";
import { allowed, notAllowed } from "./adapter-answer.ts";
import { forwardedAddress } from "../../decide/header/forwarded-for.ts";
import { hostFault, saidTwice } from "./adapter-client.ts";
import type { Dialect } from "./authz-dialect.ts";

export const traefik: Dialect = {
  takesPath: false,
  ask: ({ request: { headers, method, url }, trustedHops }) => {
    const twice = saidTwice(headers, ["x-forwarded-uri", "x-forwarded-method", "x-forwarded-host"]);
    if (twice !== null) {
      return twice;
    }
    const uri = headers.get("x-forwarded-uri");
    if (uri === null || !uri.startsWith("/")) {
      return "The proxy did not say which URI was asked for: X-Forwarded-Uri is missing";
    }
    const own = new URL(url);
    const scheme = headers.get("x-forwarded-proto")?.replace(/^ws/, "http") === "https" ? "https:" : "http:";
    const host = headers.get("x-forwarded-host") ?? own.host;
    const fault = hostFault(host);
    if (fault !== null) {
      return fault;
    }
    return {
      method: headers.get("x-forwarded-method")?.toUpperCase() ?? method,
      url: `${scheme}//${host}${uri}`,
      headers,
      clientAddress: forwardedAddress(headers.get("x-forwarded-for"), trustedHops) ?? null,
    };
  },
  answer: (decision: Decision) => {
    if (decision.allowed) {
      return allowed(decision, {});
    }
    return decision.response.ok ? notAllowed(decision.response, 403) : decision.response;
  },
};
