// nginx's auth_request. The subrequest is a GET without query, so headers tell what was asked. 2xx allows, 401 and 403
// refuse, anything else makes nginx answer 500: what the mesh would have said is in `selvage-status`, for an
// error_page.
import type { Decision } from "../../model/message/decision.ts";
import { allowed, notAllowed } from "./adapter-answer.ts";
import { forwardedAddress } from "../../decide/header/forwarded-for.ts";
import { hostFault, saidTwice } from "./adapter-client.ts";
import type { Dialect } from "./authz-dialect.ts";

const URI = "x-original-uri";
const METHOD = "x-original-method";
const HOST = "x-original-host";

export const nginx: Dialect = {
  takesPath: true,
  ask: ({ request: { headers, url }, trustedHops }) => {
    const twice = saidTwice(headers, [URI, METHOD, HOST]);
    if (twice !== null) {
      return twice;
    }
    const uri = headers.get(URI);
    if (uri === null || !uri.startsWith("/")) {
      return `nginx did not say which URI was asked for: add "proxy_set_header X-Original-URI $request_uri;"`;
    }
    const own = new URL(url);
    const scheme = headers.get("x-forwarded-proto") === "https" ? "https:" : own.protocol;
    const host = headers.get(HOST) ?? own.host;
    const fault = hostFault(host);
    if (fault !== null) {
      return fault;
    }
    const asked = new Headers(headers);
    for (const name of [URI, METHOD, HOST]) {
      asked.delete(name);
    }
    return {
      method: headers.get(METHOD)?.toUpperCase() ?? "GET",
      url: `${scheme}//${host}${uri}`,
      headers: asked,
      clientAddress: clientOf(headers, trustedHops),
    };
  },
  answer: (decision: Decision) => {
    if (!decision.allowed) {
      return spelled(decision.response);
    }
    const { preflight } = decision;
    return allowed(decision, preflight === undefined ? {} : { "selvage-status": String(preflight.status) });
  },
};

/** nginx's own word is about its peer, which is the client only while nothing stands before nginx. */
function clientOf(headers: Headers, trustedHops: number): string | null {
  const peer = trustedHops === 1 ? headers.get("x-real-ip") : null;
  return peer ?? forwardedAddress(headers.get("x-forwarded-for"), trustedHops) ?? null;
}

/** The body is dropped by nginx; 401 keeps its WWW-Authenticate, which nginx copies to the client. */
function spelled(response: Response): Response {
  const answer = notAllowed(response, response.status === 401 ? 401 : 403);
  answer.headers.set("x-mesh-status", String(response.status));
  return answer;
}
