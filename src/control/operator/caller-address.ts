// The address that a call of the admin API came from, by the rule of the data plane, for the audit and for limits on
// guessing.
import type { Env } from "../../env/env.ts";
import { settingsOf } from "../../env/settings.ts";
import { clientAddressOf } from "../../isolate/client-address.ts";
import { isolateState } from "../../isolate/state.ts";
import { agentOriginOf } from "./agent-call.ts";

/** @returns null = nobody knows */
export function callerAddress({ request, env }: { readonly request: Request; readonly env: Env }): string | null {
  return clientAddressOf(agentOriginOf(request), settingsOf(env), isolateState());
}
