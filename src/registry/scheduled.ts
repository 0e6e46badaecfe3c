// What happens by the clock and may compile the mesh: here, or in the control plane where that is a Worker of its own.
// Loaded when it is needed: the compiler is more than all the rest, and requests never need it.
import type { Env } from "../env/env.ts";

/** Answers when to ask again, milliseconds since the epoch; null = not at all. */
export async function endOverrides(env: Env): Promise<number | null> {
  return env.CONTROL === undefined ? endOverridesHere(env) : env.CONTROL.expireOverrides();
}

export async function tidyRegistry(env: Env, scheduledTime: number): Promise<void> {
  await (env.CONTROL === undefined ? tidyRegistryHere(env, scheduledTime) : env.CONTROL.sweep(scheduledTime));
}

export async function endOverridesHere(env: Env): Promise<number | null> {
  if (typeof CONTROL_ELSEWHERE === "undefined") {
    const { expireOverrides } = await import("../change/expire-overrides.ts");
    return expireOverrides(env, Date.now());
  }
  throw new Error(NOBODY);
}

export async function tidyRegistryHere(env: Env, scheduledTime: number): Promise<void> {
  if (typeof CONTROL_ELSEWHERE === "undefined") {
    const { sweep } = await import("./sweep.ts");
    await sweep(env, scheduledTime);
    return;
  }
  throw new Error(NOBODY);
}

const NOBODY = "This Worker was built without a control plane (CONTROL_ELSEWHERE), and has no binding CONTROL to one.";
