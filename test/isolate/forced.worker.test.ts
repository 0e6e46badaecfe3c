// Several isolates, the real coordinator of a service and the real mesh object: an operator's word reaches all of them.
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { breakersOf } from "../../src/isolate/breaker-memory.ts";
import { portsOf } from "../../src/isolate/ports.ts";
import { newIsolateState, type IsolateState } from "../../src/isolate/state.ts";
import { failingNamespace } from "../support/worker/objects.ts";
import { emptyRegistry } from "../support/worker/registry.ts";

const TEN_MINUTES = 600_000;
let now: number;
let service: string;
beforeEach(async () => {
  await emptyRegistry();
  now = Date.now();
  service = `shop/${crypto.randomUUID()}`;
});

/** What the isolate decides a request by, after whatever it asks before. */
async function decidedBy(isolate: IsolateState, bindings: typeof env = env): Promise<string[]> {
  const ctx = createExecutionContext();
  await isolate.snapshot.current({ ...portsOf(bindings), now: () => now }, ctx, now);
  await waitOnExecutionContext(ctx);
  return breakersOf(isolate.breakers, service)
    .forced.filter(({ until }) => until > now)
    .map(({ target, state }) => `${target} ${state}`);
}
const order = (state: "open" | "closed" | "auto") =>
  env.BREAKER.getByName(service).force({ target: "*", state, ttlMs: TEN_MINUTES, reason: "restore", service });

describe("what an operator forces", () => {
  it("is obeyed by every isolate two seconds later: busy, idle for minutes, or just born", async () => {
    const [busy, idle] = [newIsolateState("busy"), newIsolateState("idle")];
    for (const one of [busy, idle]) {
      expect(await decidedBy(one)).toEqual([]);
    }
    await order("open");
    expect(await env.BREAKER.getByName(service).states()).toMatchObject({ isForcedTold: true });
    now += 2001;
    expect(await decidedBy(busy)).toEqual(["* open"]);
    now += 60_000;
    expect(await decidedBy(idle)).toEqual(["* open"]);
    expect(await decidedBy(newIsolateState("born"))).toEqual(["* open"]);
  });

  it("is taken back everywhere as well, and ends by itself", async () => {
    const isolate = newIsolateState("one");
    await order("open");
    expect(await decidedBy(isolate)).toEqual(["* open"]);
    await order("auto");
    now += 2001;
    expect(await decidedBy(isolate)).toEqual([]);
    await order("closed");
    now += 2001;
    expect(await decidedBy(isolate)).toEqual(["* closed"]);
    now += TEN_MINUTES;
    expect(await decidedBy(isolate)).toEqual([]);
  });

  it("holds where the mesh object cannot be reached any more", async () => {
    const isolate = newIsolateState("one");
    await order("open");
    await decidedBy(isolate);
    now += 60_000;
    expect(await decidedBy(isolate, { ...env, MESH: failingNamespace(env.MESH) })).toEqual(["* open"]);
  });

  it("that was told of by an earlier release, without the service's name, stays with the coordinator", async () => {
    await env.BREAKER.getByName(service).force({ target: "*", state: "open", ttlMs: TEN_MINUTES, reason: "restore" });
    expect(await env.BREAKER.getByName(service).states()).toMatchObject({ isForcedTold: false });
    expect(await decidedBy(newIsolateState("one"))).toEqual([]);
    const reply = await env.BREAKER.getByName(service).sync({ isolate: "one", seq: 1, policies: [] });
    expect(reply.forced).toMatchObject([{ target: "*", state: "open" }]);
  });
});
