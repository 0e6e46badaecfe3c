// One mesh per data folder: two workerd processes on the same SQLite files would corrupt them. The lock names its owner
// by pid and start time, so that a mesh which was killed leaves nothing to clean up by hand.
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { processIdentityOf, isAlive, type ProcessIdentity } from "./process-identity.ts";

interface LockOwner extends ProcessIdentity {
  /** Where that mesh answers (or will). */
  readonly url: string;
}

type Locked = { readonly ok: true; release(): void } | { readonly ok: false; readonly owner: LockOwner };

/** A lock without an owner's name that is younger may be one that is being written, where there are no hard links. */
const WRITTEN_WITHIN_MS = 2_000;

/** Waits up to `patienceMs` for an owner that is on its way out. Throws when the folder takes no files. */
export async function lockData(
  folder: string,
  url: string,
  patienceMs: number,
  link: typeof linkSync = linkSync,
): Promise<Locked> {
  const path = join(folder, "lock");
  const mine = { ...processIdentityOf(process.pid), url };
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const taken = take(path, mine, link);
    if (taken.done) {
      return { ok: true, release: () => release(path, mine) };
    }
    const owner = read(path);
    const isBeingWritten = owner === null && !taken.links && isYoung(path);
    if (!isBeingWritten && (owner === null || !isAlive(owner))) {
      rmSync(path, { force: true });
    } else if (owner !== null && performance.now() > deadline) {
      return { ok: false, owner };
    } else {
      await sleep(50);
    }
  }
}

/**
 * A hard link appears whole or not at all, and only for one of several who try. Without links, a new file does the
 * latter.
 */
function take(path: string, owner: LockOwner, link: typeof linkSync): { done: boolean; links: boolean } {
  const draft = `${path}.${owner.pid}`;
  const text = JSON.stringify(owner);
  writeFileSync(draft, text);
  try {
    link(draft, path);
    return { done: true, links: true };
  } catch (error) {
    if (codeOf(error) === "EEXIST") {
      return { done: false, links: true };
    }
  } finally {
    rmSync(draft, { force: true });
  }
  try {
    writeFileSync(path, text, { flag: "wx" });
    return { done: true, links: false };
  } catch (error) {
    if (codeOf(error) === "EEXIST") {
      return { done: false, links: false };
    }
    throw error;
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && "code" in error ? error.code : null);

function isYoung(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && Math.abs(Date.now() - found.mtimeMs) < WRITTEN_WITHIN_MS;
}

function release(path: string, mine: LockOwner): void {
  if (read(path)?.pid === mine.pid) {
    rmSync(path, { force: true });
  }
}

function read(path: string): LockOwner | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
  if (typeof parsed !== "object" || parsed === null || !("pid" in parsed) || typeof parsed.pid !== "number") {
    return null;
  }
  const startTicks = "startTicks" in parsed && typeof parsed.startTicks === "string" ? parsed.startTicks : null;
  const url = "url" in parsed && typeof parsed.url === "string" ? parsed.url : "unknown";
  return { pid: parsed.pid, startTicks, url };
}
