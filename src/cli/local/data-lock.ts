// One mesh per data folder: two workerd processes on the same SQLite files would corrupt them. The lock names its owner
// by pid and start time, so that a mesh which was killed leaves nothing to clean up by hand.
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { processIdentityOf, isAlive, type ProcessIdentity } from "./process-identity.ts";

export interface LockOwner extends ProcessIdentity {
  /** Where that mesh answers (or will). */
  readonly url: string;
}

export type Locked = { readonly ok: true; release(): void } | { readonly ok: false; readonly owner: LockOwner };

/** Waits up to `patienceMs` for an owner that is on its way out. */
export async function lockData(folder: string, url: string, patienceMs: number): Promise<Locked> {
  const path = join(folder, "lock");
  const mine = { ...processIdentityOf(process.pid), url };
  const deadline = performance.now() + patienceMs;
  for (;;) {
    if (take(path, mine)) return { ok: true, release: () => release(path, mine) };
    const owner = read(path);
    if (owner === null || !isAlive(owner)) rmSync(path, { force: true });
    else if (performance.now() > deadline) return { ok: false, owner };
    else await sleep(50);
  }
}

/** A hard link appears whole or not at all, and only for one of several who try. */
function take(path: string, owner: LockOwner): boolean {
  const draft = `${path}.${owner.pid}`;
  writeFileSync(draft, JSON.stringify(owner));
  try {
    linkSync(draft, path);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

function release(path: string, mine: LockOwner): void {
  if (read(path)?.pid === mine.pid) rmSync(path, { force: true });
}

function read(path: string): LockOwner | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
  if (typeof parsed !== "object" || parsed === null || !("pid" in parsed) || typeof parsed.pid !== "number")
    return null;
  const startTicks = "startTicks" in parsed && typeof parsed.startTicks === "string" ? parsed.startTicks : null;
  const url = "url" in parsed && typeof parsed.url === "string" ? parsed.url : "unknown";
  return { pid: parsed.pid, startTicks, url };
}
