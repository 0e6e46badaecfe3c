// A read of the admin API as if the reader of another one asked it: with their proof and nothing else that they sent.
import type { Env } from "../../env/env.ts";
import { requestIdOf } from "../http/request-id.ts";
import type { ControlApp } from "../register/register.ts";

interface Visit {
  readonly request: Request;
  readonly env: Env;
  readonly ctx: Pick<ExecutionContext, "waitUntil">;
}

/** @param path of this host, with its query */
export async function readAs(
  app: ControlApp,
  { request, env, ctx }: Visit,
  path: string,
): Promise<{ readonly status: number; readonly text: string }> {
  const headers = new Headers({ "x-request-id": requestIdOf(request) });
  for (const name of ["authorization", "cookie", "cf-access-jwt-assertion", "cf-connecting-ip"]) {
    const value = request.headers.get(name);
    if (value !== null) {
      headers.set(name, value);
    }
  }
  const answer = await app.fetch(new Request(new URL(path, request.url), { headers }), env, {
    waitUntil: (work: Promise<unknown>) => ctx.waitUntil(work),
    passThroughOnException: () => undefined,
    props: {},
  });
  return { status: answer.status, text: await answer.text() };
}
