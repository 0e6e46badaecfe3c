// The map: what is under /_selvage/ goes to the control plane, everything else is traffic. The control plane is loaded
// when it is first called, so that an isolate which only serves traffic never evaluates it.
import { parseAuthority } from "./decide/authority.ts";
import { canonicalPath } from "./decide/canonical-path.ts";
import type { Env } from "./env.ts";
import { toProblem } from "./model/problem.ts";
import { proxy } from "./proxy/pipeline.ts";

export { Mesh } from "../durable/mesh.ts";
export { Presence } from "../durable/presence.ts";
export { Registry } from "./config/registry.ts";

/** Routes of users never see what is below this, on the canonical path: `/%5fselvage/` and `/a/../_selvage/` are below it too. */
const RESERVED = "/_selvage/";

export default {
  async fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
    const canonical = canonicalPath(request.url);
    const reserved = canonical.ok && `${canonical.matchPath}/`.startsWith(RESERVED);
    if (!reserved) return proxy(request, env, ctx);
    if (!isAdminHost(request.url, env.ADMIN_HOST)) return notHere();
    const { controlApp } = await import("./control/app.ts");
    return controlApp.fetch(request, env, ctx);
  },

  async scheduled(controller: ScheduledController, env: Env): Promise<void> {
    const { sweep } = await import("./config/sweep.ts");
    await sweep(env, controller.scheduledTime);
  },
};

/** `ADMIN_HOST` is a host, with its port when that matters: `admin.example.com`, `localhost:8787`. Unset = every host. */
function isAdminHost(url: string, adminHost: string | undefined): boolean {
  if (!adminHost) return true;
  const { host, protocol } = new URL(url);
  const [wanted, asked] = [parseAuthority(adminHost), parseAuthority(host)];
  if (wanted === null || asked === null || wanted.host !== asked.host) return false;
  return wanted.port === null || wanted.port === (asked.port ?? (protocol === "https:" ? 443 : 80));
}

/** Says no more than any path that does not exist. */
function notHere(): Response {
  const requestId = crypto.randomUUID();
  const problem = toProblem({ problem: "noRoute", detail: "There is nothing at this address." }, requestId);
  return Response.json(problem, {
    status: problem.status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store", "x-request-id": requestId },
  });
}
