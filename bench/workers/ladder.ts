// What the contract with a service and its callers costs by itself, a step on top of the other (STEP), with nothing
// decided: what is dearer than the last step is the mesh's own doing.
import { cleanResponse, isCleanResponse } from "../../src/decide/header/answer-headers.ts";
import { SharedTick } from "../../src/isolate/shared-tick.ts";

interface Env {
  readonly STEP: string;
  /** Where requests go: `http://127.0.0.1:8080`. */
  readonly UPSTREAM: string;
}

const ASSERTION = "x".repeat(430);
const DEADLINE_MS = 15_000;
/** What an answer is asked for beside that, before it may pass untouched. */
const LED_ELSEWHERE = ["location", "content-location", "set-cookie"];

function recordOf(request: Request, step: number): Record<string, string> {
  const record: Record<string, string> = {};
  request.headers.forEach((value, name) => (record[name] = value));
  if (step >= 2) {
    record["x-forwarded-for"] = "127.0.0.1";
    record["x-forwarded-host"] = record["host"] ?? "";
    record["x-forwarded-proto"] = "http";
    record["x-request-id"] = crypto.randomUUID();
    record["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03";
  }
  if (step >= 3) {
    record["selvage-assertion"] = ASSERTION;
  }
  return record;
}

function within(work: Promise<Response>): Promise<Response> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("late")), DEADLINE_MS);
    work.then(
      (answer) => (clearTimeout(timer), resolve(answer)),
      (error: unknown) => (clearTimeout(timer), reject(error)),
    );
  });
}

const tick = new SharedTick();

async function ridden(fetching: Promise<Response>, ctx: ExecutionContext): Promise<Response> {
  const deadline = { ms: DEADLINE_MS, late: () => undefined, now: Date.now };
  return (await tick.ride(fetching, deadline, ctx, Date.now())) ?? new Response(null, { status: 504 });
}

async function answered(fetching: Promise<Response>, step: number, ctx: ExecutionContext): Promise<Response> {
  const answer = await (step >= 6 ? ridden(fetching, ctx) : step === 5 ? within(fetching) : fetching);
  if (step < 7) {
    const isPlain = isCleanResponse(answer.headers) && !LED_ELSEWHERE.some((name) => answer.headers.has(name));
    return isPlain ? answer : new Response(null, { status: 502 });
  }
  const copy = new Response(answer.body, answer);
  cleanResponse(copy.headers);
  for (const name of LED_ELSEWHERE) {
    copy.headers.delete(name);
  }
  copy.headers.set("ratelimit-policy", '"steady";q=1000000;w=1');
  copy.headers.set("ratelimit", '"steady";r=999999;t=1');
  return copy;
}

export default {
  fetch(request: Request, { STEP, UPSTREAM }: Env, ctx: ExecutionContext): Promise<Response> {
    const step = Number(STEP);
    if (step === 0) {
      return fetch(request);
    }
    const { url, method } = request;
    const path = url.slice(url.indexOf("/", url.indexOf("://") + 3));
    const fetching = fetch(UPSTREAM + path, { method, headers: recordOf(request, step), redirect: "manual" });
    return step >= 4 ? answered(fetching, step, ctx) : fetching;
  },
};
