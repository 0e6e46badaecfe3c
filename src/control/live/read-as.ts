// A read of the admin API as its reader would make it: the right is judged each time, and an answer that somebody of
// the same rights was given in this second is theirs, too.
import { Store } from "../../store/store.ts";
import type { Env } from "../../env/env.ts";
import { requestIdOf } from "../http/request-id.ts";
import { callerAddress } from "../operator/caller-address.ts";
import { identifyOperator } from "../operator/identify.ts";
import { noteIdentity, rightsOf } from "../operator/identified.ts";
import { API_PREFIX, type ControlApp } from "../register/register.ts";
import { parsed } from "./feed.ts";
import type { ReadAnswer, SharedReads } from "./shared-reads.ts";

export interface Visit {
  readonly request: Request;
  readonly env: Env;
  readonly ctx: Pick<ExecutionContext, "waitUntil">;
}

const PROOFS = ["authorization", "cookie", "cf-access-jwt-assertion", "cf-connecting-ip"];
const LOOK_AGAIN_MS = 50;
const MOST_LOOKS = 20;

export async function readAs(
  app: ControlApp,
  shared: SharedReads,
  { request: from, env, ctx }: Visit,
  { path, notBefore }: { readonly path: string; readonly notBefore: number },
): Promise<ReadAnswer> {
  const request = requestAs(from, `${API_PREFIX}${path}`);
  const address = callerAddress({ request, env });
  const store = new Store(env.DB);
  const identity = await identifyOperator(request, { env, ctx, store, address, now: Date.now() });
  noteIdentity(request, identity);
  if ("refusal" in identity) {
    return answerRead(app, request, { env, ctx });
  }
  const key = `${rightsOf(identity.operator)} ${request.url}`;
  for (let nth = 0; nth < MOST_LOOKS && shared.isUnderWay(key, { now: Date.now(), notBefore }); nth++) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  const at = Date.now();
  const known = shared.take(key, { now: at, notBefore });
  if (known !== null) {
    return known;
  }
  shared.begin(key, at);
  try {
    const answer = await answerRead(app, request, { env, ctx });
    shared.keep(key, at, answer);
    return answer;
  } finally {
    shared.end(key);
  }
}

/** With the reader's proofs, and nothing else that they sent. */
export function requestAs(from: Request, path: string): Request {
  const headers = new Headers({ "x-request-id": requestIdOf(from) });
  for (const name of PROOFS) {
    const value = from.headers.get(name);
    if (value !== null) {
      headers.set(name, value);
    }
  }
  return new Request(new URL(path, from.url), { headers });
}

export async function answerRead(
  app: ControlApp,
  request: Request,
  { env, ctx }: Omit<Visit, "request">,
): Promise<ReadAnswer> {
  const answer = await app.fetch(request, env, {
    waitUntil: (work: Promise<unknown>) => ctx.waitUntil(work),
    passThroughOnException: () => undefined,
    props: {},
  });
  const text = await answer.text();
  return { status: answer.status, length: text.length, value: parsed(text) };
}
