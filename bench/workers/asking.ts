// What a mesh would cost that asks for each request: a Worker like `bare` that first calls a Durable Object, or first
// reads a row of D1, as the variable ASKS says. Counts what it asked.
import { DurableObject } from "cloudflare:workers";

interface Env {
  readonly ASKS: "object" | "d1";
  readonly COUNTER: DurableObjectNamespace<Counter>;
  readonly DB: D1Database;
}

/** A limiter in its simplest form: one number in memory. */
export class Counter extends DurableObject {
  #taken = 0;

  take(): boolean {
    this.#taken += 1;
    return this.#taken > 0;
  }
}

let objectCalls = 0;

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    if (env.ASKS === "object") {
      objectCalls += 1;
      await env.COUNTER.getByName("one").take();
    } else {
      await env.DB.prepare("SELECT value FROM counters WHERE name = ?1").bind("generation").first();
    }
    return fetch(request);
  },
};

export const bench = {
  fetch: (): Response => Response.json({ objectCalls }),
};
