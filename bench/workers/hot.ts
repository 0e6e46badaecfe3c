// The product, and the ladder's steps, called again and again within one request, by a service that answers from
// memory: what is measured is neither a socket nor an event loop, and the processor knows the code by heart. One header
// says how often, one what is called: `mesh`, or a step.
import type { Env } from "../../src/env/env.ts";
import worker from "../../src/index.ts";
import ladder from "./ladder.ts";

const UPSTREAM = "http://127.0.0.1:8080";
const LOOP = /^x-bench-/;

/** What a real one copies, so that headers are paid for. */
let sent: Headers;

globalThis.fetch = (input, init) => {
  sent = new Headers(input instanceof Request ? input.headers : init?.headers);
  const headers = { "content-type": "application/json", "content-length": "2" };
  return Promise.resolve(new Response("{}", { headers }));
};

type Called = (request: Request) => Response | Promise<Response>;

async function loop(times: number, { url, method }: Request, headers: Headers, called: Called): Promise<string> {
  const record = Object.fromEntries(headers);
  let answered = 0;
  for (let nth = 0; nth < times; nth += 1) {
    const { status } = await called(new Request(url, { method, headers: record }));
    answered += status === 200 ? 1 : 0;
  }
  return answered === times ? String([...sent].length) : `${times - answered} of ${times} were refused`;
}

export default {
  async fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
    const what = request.headers.get("x-bench-what");
    if (what === null) {
      return worker.fetch(request, env, ctx);
    }
    const headers = new Headers([...request.headers].filter(([name]) => !LOOP.test(name)));
    const times = Number(request.headers.get("x-bench-loop"));
    const called: Called =
      what === "mesh"
        ? (one) => worker.fetch(one, env, ctx)
        : (one) => ladder.fetch(one, { STEP: what, UPSTREAM }, ctx);
    const said = await loop(times, request, headers, called);
    return new Response(said, { status: /^\d+$/.test(said) ? 200 : 500 });
  },
};

export const bench = {
  fetch: (): Response => Response.json({}),
};
