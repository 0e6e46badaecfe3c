// Imagined requests through the very walk that real ones take, while the script starts. The runtime compiles a function
// when it is first called, which was half of an isolate's first answer; at the start nobody waits for it yet. They get
// a state and a world of their own: nothing is called, counted or remembered, and what goes wrong ends it.
import type { Env } from "../env/env.ts";
import { imaginedPorts } from "../isolate/imagined-mesh.ts";
import { SharedTick } from "../isolate/shared-tick.ts";
import { newIsolateState } from "../isolate/state.ts";
import type { Ports } from "./exchange/exchange.ts";
import { freshIn } from "./exchange/ports.ts";
import { createProxy } from "./pipeline.ts";

/**
 * The first waits for the mesh and its keys, as an isolate's first does, and has no deadline, for want of timers; the
 * second finds everything at hand.
 */
const ADDRESSES = ["http://imagined.example/files/1?full=1", "http://imagined.example/orders/1?full=1"];

/**
 * Never rejects.
 *
 * @returns the statuses of the answers; null = it went wrong, and real requests compile what they need, as ever
 */
export async function rehearse(): Promise<readonly number[] | null> {
  try {
    const state = newIsolateState("imagined");
    const proxy = createProxy(
      imaginedWorld(() => state),
      () => state,
    );
    const never = new Promise<never>(() => undefined);
    const objects = { getByName: () => ({ take: () => never }) };
    const env = { TRUST_DOMAIN: "imagined.example", TELEMETRY: objects } as unknown as Env;
    const ctx = { waitUntil: () => undefined } as unknown as ExecutionContext;
    const statuses: number[] = [];
    for (const address of ADDRESSES) {
      const { status } = await proxy(new Request(address), env, ctx);
      statuses.push(status);
    }
    return statuses;
  } catch {
    return null;
  }
}

/** Without clock, timers, network and chance, which a script that starts does not have either. */
function imaginedWorld(stateOf: Parameters<typeof freshIn>[0]): Ports {
  const outside = imaginedPorts();
  const never = new Promise<never>(() => undefined);
  return {
    ...freshIn(stateOf, () => outside),
    now: () => 0,
    random: () => 0,
    fetch: () => Promise.resolve(new Response(null)),
    newId: () => "imagined",
    sleep: () => never,
    tick: new SharedTick(200, () => never),
    callerStillMs: 0,
    socketCheckMs: 0,
  };
}
