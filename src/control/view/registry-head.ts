// The registry's newest revision for whoever asks how the mesh is: strangers may, so it is read a few times a second at
// most.
import { withDeadline } from "../../bounded/deadline.ts";
import type { Head } from "../../model/registry/registry.ts";
import { Store } from "../../store/store.ts";

interface Seen {
  /** null = the registry could not be reached. */
  head: Head | null;
  at: number;
  askedAt: number;
}

const FRESH_MS = 250;
/** How long the registry is waited for, and what was seen before serves meanwhile. */
const REGISTRY_MS = 2000;

const seenBy = new WeakMap<D1Database, Seen>();

/** null = the registry cannot be reached. */
export async function registryHead(db: D1Database, now: number): Promise<Head | null> {
  const seen = seenBy.get(db);
  if (seen !== undefined && now >= seen.at) {
    const isAsking = seen.askedAt > seen.at && now - seen.askedAt < REGISTRY_MS;
    if (now - seen.at < (isAsking ? REGISTRY_MS : FRESH_MS)) {
      return seen.head;
    }
    seen.askedAt = now;
  }
  const asking = new Store(db).head().catch(() => null);
  const head = await withDeadline(asking, REGISTRY_MS);
  const at = Date.now();
  seenBy.set(db, { head, at, askedAt: at });
  return head;
}
