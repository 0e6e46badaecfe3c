// The outside world of production's proxy. What it remembers is the isolate's state, shared with what answers other
// people's proxies, so that both spend the same quota.
import { jwksOf, portsOf, type IsolatePorts } from "../../isolate/ports.ts";
import type { Env } from "../../env/env.ts";
import { SharedTick } from "../../isolate/shared-tick.ts";
import { isolateState, newIsolateState, type IsolateState } from "../../isolate/state.ts";
import type { Place } from "../../decide/balance/locality.ts";
import { CALLER_STILL_MS } from "../../decide/transfer/transfer.ts";
import { settingsOf, type Settings } from "../../env/settings.ts";
import type { Ports } from "./exchange.ts";

/** A state of one's own, made with the first request; production passes the process's one instead. */
export function ownState({ newId }: Pick<Ports, "newId">): () => IsolateState {
  let state: IsolateState | null = null;
  return () => (state ??= newIsolateState(newId()));
}

/** What a state keeps fresh. */
export function freshIn(
  stateOf: () => IsolateState,
  outside: (env: Env) => IsolatePorts,
): Pick<Ports, "current" | "keys" | "jwks"> {
  return {
    current: (env, ctx, now, request) => {
      const { snapshot } = stateOf();
      snapshot.locate(() => placeOf(request, settingsOf(env)));
      return snapshot.current(outside(env), ctx, now);
    },
    keys: (env, ctx, now) => stateOf().keys.current(outside(env), ctx, now),
    jwks: jwksOf(() => stateOf().jwks, outside),
  };
}

export const ports: Ports = {
  ...freshIn(isolateState, portsOf),
  now: () => Date.now(),
  random: () => Math.random(),
  fetch: (url, init) => fetch(url, init),
  newId: () => crypto.randomUUID(),
  tick: new SharedTick(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  callerStillMs: CALLER_STILL_MS,
  socketCheckMs: 5000,
  mistaken: (error) => reportError(error),
};

/** Where the isolate runs, as far as the operator or the platform tells. */
export function placeOf({ cf }: Pick<Request, "cf">, { region }: Pick<Settings, "region">): Place {
  const told = (value: unknown): string | null => (typeof value === "string" ? value : null);
  return { region, colo: told(cf?.["colo"]), continent: told(cf?.["continent"]) };
}
