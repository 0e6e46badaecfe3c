// `/_selvage/authz/{envoy,nginx,traefik}/<service>/…`: a proxy that users already run asks whether a request may go on.
// One decision, the mesh's own; three dialects that put the question and take the answer.
import type { Judge } from "../../model/message/decision.ts";
import { crookedness, hasSpareSegments } from "../../decide/route/crooked-path.ts";
import { addressByPath } from "../../decide/route/service-address.ts";
import type { Env } from "../../env/env.ts";
import { settingsOf } from "../../env/settings.ts";
import { envoy } from "./authz-envoy.ts";
import { nginx } from "./authz-nginx.ts";
import { traefik } from "./authz-traefik.ts";
import { mayAskAbout } from "./adapter-token.ts";
import type { Dialect } from "./authz-dialect.ts";
import { badQuestion, refused } from "./adapter-answer.ts";

const dialects: Readonly<Record<string, Dialect>> = { envoy, nginx, traefik };

/** Read off the URL as it came: `..` and escapes belong to the request that is asked about, not to this one. */
const SHAPE = /^[^:]+:\/\/[^/]+\/_selvage\/authz\/([a-z]{1,16})\/([a-z0-9.-]{1,127})(?=[/?#]|$)/;

/** Headers between the proxy and the mesh; no service sees them, and no policy. */
const OWN_HEADERS = ["host", "selvage-service", "selvage-adapter-token"];

export async function authz<Context>(
  request: Request,
  env: Env,
  ctx: Context,
  judge: Judge<Env, Context>,
): Promise<Response> {
  const asker = { requestId: crypto.randomUUID(), url: request.url };
  const [prefix = "", name = "", segment = ""] = SHAPE.exec(request.url) ?? [];
  const dialect = Object.hasOwn(dialects, name) ? dialects[name] : undefined;
  const address = addressByPath(`/svc/${segment}`);
  if (dialect === undefined || address === null) {
    const known = Object.keys(dialects).join(", ");
    const detail = `Ask at /_selvage/authz/<proxy>/<service>[.<namespace>]/…, where <proxy> is one of ${known}`;
    return refused({ problem: "noRoute", detail }, asker);
  }
  const stranger = await mayAskAbout(request, env);
  if (stranger !== null) {
    return refused(stranger, asker);
  }
  const meant = request.headers.get("selvage-service");
  if (meant !== null && meant !== segment) {
    // A path such as /../other/x climbs out of its service before anybody sees it.
    const detail = `The proxy says that it stands before ${meant}, but the path it asked with names ${segment}`;
    return refused({ problem: "serviceMismatch", detail }, asker);
  }
  const asked = dialect.ask({
    request,
    rest: request.url.slice(prefix.length),
    trustedHops: settingsOf(env).trustedHops,
  });
  if (typeof asked === "string") {
    return refused(badQuestion(asked), asker);
  }
  const crooked = faultOf(asked.url, dialect);
  if (crooked !== null) {
    return dialect.answer({ allowed: false, response: refused(badQuestion(crooked), asker) });
  }
  const headers = new Headers(asked.headers);
  for (const own of OWN_HEADERS) {
    headers.delete(own);
  }
  return dialect.answer(await judge({ ...asked, headers, via: request, service: address.service }, env, ctx));
}

/** What would be judged must be what is forwarded, whatever stands behind the proxy. */
function faultOf(url: string, { takesPath }: Dialect): string | null {
  const uri = url.slice(url.indexOf("/", url.indexOf("://") + 3));
  const fault = crookedness(uri);
  if (fault !== null || takesPath || !hasSpareSegments(uri)) {
    return fault;
  }
  return "The path holds empty or dot segments, and this proxy would forward it as it came";
}
