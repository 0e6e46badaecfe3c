// What the registry says newer than this isolate serves: credentials and contracts that were made a moment ago are
// there before they are here.
import type { Env } from "../../env/env.ts";
import { isolateState } from "../../isolate/state.ts";
import type { Snapshot } from "../../model/snapshot/snapshot.ts";
import { Store } from "../../store/store.ts";

/**
 * Between two looks at the registry for those who were wrong too often: however many they are, one look is enough for
 * all.
 */
const SPARED_MS = 500;

/**
 * @param sparing what was read lately will do
 * @returns null = nothing newer, as far as can be told
 */
export async function newerThan(
  { revision }: Snapshot,
  { env, now }: { readonly env: Env; readonly now: number },
  sparing: boolean,
): Promise<Snapshot | null> {
  const { newestRead: read } = isolateState();
  if (read.snapshot !== null && read.snapshot.revision <= revision) {
    read.snapshot = null;
  }
  if (sparing && now - read.askedAtMs < SPARED_MS) {
    return read.snapshot;
  }
  read.askedAtMs = now;
  const store = new Store(env.DB);
  const head = await store.head().catch(() => null);
  if (head === null || head.revision <= revision) {
    return null;
  }
  if (read.snapshot?.revision === head.revision) {
    return read.snapshot;
  }
  const snapshot = await store.snapshot(head.revision).catch(() => null);
  if (snapshot !== null) {
    read.snapshot = snapshot;
  }
  return snapshot;
}
