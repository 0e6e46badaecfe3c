// The product's own Worker, with every Durable Object call counted. Nothing else is changed: the map, the pipeline, the
// snapshot and the admin API are those that are deployed.
import worker from "../../src/index.ts";
import type { Env } from "../../src/env/env.ts";
export * from "../../src/index.ts";

const byObject: Record<string, number> = {};
let counted: { readonly from: Env; readonly env: Env } | null = null;

/** An isolate has one `env`, so this wraps once. */
function counting(env: Env): Env {
  if (counted?.from !== env) {
    const { MESH, PRESENCE, LIMITER, BREAKER, JWKS, KEYRING, TELEMETRY, REQUESTS } = env;
    const objects = {
      MESH: namespace("MESH", MESH),
      PRESENCE: namespace("PRESENCE", PRESENCE),
      LIMITER: namespace("LIMITER", LIMITER),
      BREAKER: namespace("BREAKER", BREAKER),
      JWKS: namespace("JWKS", JWKS),
      KEYRING: namespace("KEYRING", KEYRING),
      ...(TELEMETRY === undefined ? {} : { TELEMETRY: namespace("TELEMETRY", TELEMETRY) }),
      ...(REQUESTS === undefined ? {} : { REQUESTS: namespace("REQUESTS", REQUESTS) }),
    };
    counted = { from: env, env: { ...env, ...objects } };
  }
  return counted.env;
}

function namespace<T extends object>(name: string, of: T): T {
  byObject[name] = 0;
  return through(of, (method, result) =>
    method === "get" || method === "getByName"
      ? through(result as object, (_, answer) => {
          byObject[name] = (byObject[name] ?? 0) + 1;
          return answer;
        })
      : result,
  );
}

/** `target` with every method call seen, its result replaced by what `seen` makes of it. */
function through<T extends object>(target: T, seen: (method: string, result: unknown) => unknown): T {
  return new Proxy(target, {
    get: (_, name) => {
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" && typeof name === "string"
        ? (...args: unknown[]) => seen(name, Reflect.apply(value, target, args))
        : value;
    },
  });
}

export default {
  fetch: (request: Request, env: Env, ctx: ExecutionContext): Response | Promise<Response> =>
    worker.fetch(request, counting(env), ctx),
};

export const bench = {
  fetch: (): Response => Response.json(byObject),
};
