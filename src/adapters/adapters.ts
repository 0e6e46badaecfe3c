// Where proxies that users already run come in: decisions about requests, and rate limits.
import type { Env } from "../env/env.ts";
import type { Judge } from "../model/message/decision.ts";
import type { RateLimitService } from "../model/message/descriptor.ts";
import { refused } from "./authz/adapter-answer.ts";
import { authz } from "./authz/authz.ts";
import { ratelimitJson } from "./authz/ratelimit-json.ts";

export function adapters<Context>(
  request: Request,
  env: Env,
  ctx: Context,
  judge: Judge<Env, Context>,
  rateLimits: RateLimitService<Env, Context>,
): Promise<Response> | Response {
  // As it came: a question about /../../ratelimit/json is a question, whatever that path would lead to.
  const [path = ""] = request.url.slice(request.url.indexOf("/", request.url.indexOf("://") + 3)).split("?");
  if (path.startsWith("/_selvage/authz/")) {
    return authz(request, env, ctx, judge);
  }
  if (path === "/_selvage/ratelimit/json") {
    return ratelimitJson(request, env, ctx, rateLimits);
  }
  if (path === "/_selvage/ratelimit/healthcheck") {
    return new Response("OK\n", { headers: { "cache-control": "no-store" } });
  }
  return refused(
    { problem: "noRoute", detail: "Rate limits are asked for at /_selvage/ratelimit/json" },
    { requestId: crypto.randomUUID(), url: request.url },
  );
}
