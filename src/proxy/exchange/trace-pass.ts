// The pass that an operator shows to have a request traced. One that does not hold is nobody's business: the request
// goes on as if it had none, and services never see it.
import { settingsOf } from "../../env/settings.ts";
import { verifyTracePass, type TracePass } from "../../tokens/trace-pass.ts";
import type { Counting } from "./exchange.ts";

/** Never rejects. */
export async function tracePass(
  { state, env, ctx, ports }: Counting,
  text: string,
  now: number,
): Promise<TracePass | null> {
  try {
    const keys = await ports.keys(env, ctx, now);
    if (keys === null) {
      return null;
    }
    const known = state.tracePasses.get(text);
    const pass = known ?? (await verifyTracePass(text, keys, settingsOf(env), now));
    const holds = pass !== null && pass.expiresAtMs > now && keys.accepted.has(pass.kid);
    if (holds && known === undefined) {
      state.tracePasses.set(text, pass);
    }
    return holds ? pass : null;
  } catch {
    return null;
  }
}
