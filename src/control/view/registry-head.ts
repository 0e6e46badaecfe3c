// The registry's newest revision for whoever asks how the mesh is, and whether that is behind what was loaded from it
// before: strangers may ask, so it is read a few times a second at most.
import { withDeadline } from "../../bounded/deadline.ts";
import { isBeyond } from "../../decide/fleet/head.ts";
import type { Head } from "../../model/registry/registry.ts";
import { Store } from "../../store/store.ts";

interface Standing {
  /** null = the registry cannot be reached. */
  readonly head: Head | null;
  /** What was served before it was read is beyond it: it was set back. What is newer than the reading says nothing. */
  readonly isBehind: boolean;
}

interface Seen extends Standing {
  readonly at: number;
  askedAt: number;
}

const FRESH_MS = 250;
/** How long the registry is waited for, and what was seen before serves meanwhile. */
const REGISTRY_MS = 2000;

const seenBy = new WeakMap<D1Database, Seen>();

/** @param serving what this isolate serves now; null = nothing yet */
export async function registryHead(
  db: D1Database,
  now: number,
  serving: Parameters<typeof isBeyond>[0] | null,
): Promise<Standing> {
  const seen = seenBy.get(db);
  if (seen !== undefined && now >= seen.at) {
    const isAsking = seen.askedAt > seen.at && now - seen.askedAt < REGISTRY_MS;
    if (now - seen.at < (isAsking ? REGISTRY_MS : FRESH_MS)) {
      return seen;
    }
    seen.askedAt = now;
  }
  const asking = new Store(db).head().catch(() => null);
  const head = await withDeadline(asking, REGISTRY_MS);
  const at = Date.now();
  const isBehind = head !== null && serving !== null && isBeyond(serving, head);
  seenBy.set(db, { head, isBehind, at, askedAt: at });
  return { head, isBehind };
}
