// Whether the control plane's own Worker is there and was given the same variables, for whoever asks how the mesh is:
// strangers may, so it is asked every ten seconds at most.
import { withDeadline } from "../../bounded/deadline.ts";
import type { Env } from "../../env/env.ts";
import { settingsOf } from "../../env/settings.ts";
import { differing, sharedSettings } from "../../env/shared-settings.ts";

interface ControlAgreement {
  readonly reachable: boolean;
  /** Variables that it has otherwise than this Worker. */
  readonly differs: readonly string[];
}

const FRESH_MS = 10_000;
const ANSWER_MS = 2000;
const AWAY: ControlAgreement = { reachable: false, differs: [] };

const seenBy = new WeakMap<object, { agreement: ControlAgreement; askedAt: number }>();

/** null = this Worker is the control plane as well. */
export async function controlAgreement(env: Env, now: number): Promise<ControlAgreement | null> {
  const { CONTROL } = env;
  if (CONTROL === undefined) {
    return null;
  }
  const seen = seenBy.get(CONTROL);
  if (seen !== undefined && now - seen.askedAt < FRESH_MS) {
    return seen.agreement;
  }
  // Those who come meanwhile get what was known before.
  seenBy.set(CONTROL, { agreement: seen?.agreement ?? AWAY, askedAt: now });
  const theirs = await withDeadline(askedFor(CONTROL), ANSWER_MS);
  const agreement: ControlAgreement =
    theirs === null ? AWAY : { reachable: true, differs: differing(sharedSettings(settingsOf(env)), theirs) };
  seenBy.set(CONTROL, { agreement, askedAt: now });
  return agreement;
}

async function askedFor(control: NonNullable<Env["CONTROL"]>): Promise<Readonly<Record<string, string>> | null> {
  try {
    return await control.settings();
  } catch (error) {
    // While the other one is of an earlier release it is there all the same, and cannot be compared.
    return error instanceof TypeError ? {} : null;
  }
}
