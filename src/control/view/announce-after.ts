// After a write: the mesh object hears of the new revision before the caller does, so that isolates which ask from then
// on are told. A lost announcement delays propagation, no more; the write stands.
import { announce } from "../../change/announce.ts";
import { scheduleExpiry } from "../../change/expire-overrides.ts";
import { followRollouts } from "../../change/follow-rollouts.ts";
import type { Store } from "../../store/store.ts";
import type { Env } from "../../env/env.ts";
import type { ApplyResult } from "../../model/api/apply.ts";

export async function announceAfter(
  { env, store, now }: { readonly env: Env; readonly store: Store; readonly now: number },
  { dryRun, summary, items }: ApplyResult,
): Promise<void> {
  if (dryRun || summary.create + summary.update + summary.prune === 0) {
    return;
  }
  await announce(env, await store.head());
  // Lost, it is made up for by the sweep.
  if (items.some(({ ref }) => ref.startsWith("Override/"))) {
    await scheduleExpiry(env, now).catch(() => undefined);
  }
  await followRollouts(env, store).catch(() => undefined);
}
