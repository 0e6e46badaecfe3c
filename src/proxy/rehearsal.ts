// Imagined requests through the very walk that real ones take, while the script starts. The runtime compiles a function
// when it is first called, which was half of an isolate's first answer; at the start nobody waits for it yet. They get
// a state and a world of their own: nothing is called, counted or remembered, and what goes wrong ends it.
import { answerLimits, newLimitCoordinator } from "../decide/limit/coordinator.ts";
import type { Env } from "../env/env.ts";
import { imaginedPorts, imaginedToken } from "../isolate/imagined-mesh.ts";
import { SharedTick } from "../isolate/shared-tick.ts";
import { newIsolateState, type IsolateState } from "../isolate/state.ts";
import type { LimitReport } from "../model/message/limit.ts";
import type { Ports } from "./exchange/exchange.ts";
import { freshIn } from "./exchange/ports.ts";
import { createProxy } from "./pipeline.ts";

/**
 * The first waits for the mesh and its keys, as an isolate's first does, and has no deadline, for want of timers; the
 * second finds everything at hand; the third is under policies.
 */
const PATHS = ["/files/1?full=1", "/orders/1?full=1", "/accounts/1"];

/**
 * Never rejects.
 *
 * @returns the statuses of the answers; null = it went wrong, and real requests compile what they need, as ever
 */
export async function rehearse(): Promise<readonly number[] | null> {
  try {
    const state = newIsolateState("imagined");
    const stateOf = (): IsolateState => state;
    const proxy = createProxy(imaginedWorld(stateOf), stateOf);
    const env = imaginedEnv();
    const ctx = { waitUntil: () => undefined } as unknown as ExecutionContext;
    const headers = { authorization: `Bearer ${await imaginedToken()}` };
    const statuses: number[] = [];
    for (const path of PATHS) {
      const { status } = await proxy(new Request(`http://imagined.example${path}`, { headers }), env, ctx);
      statuses.push(status);
    }
    return statuses;
  } catch {
    return null;
  }
}

/** Objects: one answers as the coordinator of a limit does, because a first request waits for it. */
function imaginedEnv(): Env {
  const never = new Promise<never>(() => undefined);
  const silent = { getByName: () => ({ take: () => never, sync: () => never }) };
  const coordinator = newLimitCoordinator(0, null);
  const sync = (report: LimitReport) => Promise.resolve(answerLimits(coordinator, report, 0, () => 0));
  const bound = { TELEMETRY: silent, BREAKER: silent, LIMITER: { getByName: () => ({ sync }) } };
  return { TRUST_DOMAIN: "imagined.example", ...bound } as unknown as Env;
}

/** Without clock, timers, network and chance, which a script that starts does not have either. */
function imaginedWorld(stateOf: () => IsolateState): Ports {
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
    // No request of anybody has failed.
    mistaken: (error) => {
      throw error;
    },
  };
}
