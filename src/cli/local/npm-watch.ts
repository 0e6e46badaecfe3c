// Under `npm run` (or npx) the mesh is npm's child, and a killed npm tells it nothing: this notices and says so. A mesh
// started by a shell is left alone, because `selvage up &` is meant to outlive that shell; a program that starts a mesh
// for itself sets SELVAGE_WITH_PARENT.
import { processIdentityOf, isAlive, processStat, type ProcessIdentity } from "./process-identity.ts";

const INTERVAL_MS = 200;

/** Calls `gone` once when npm, or a shell between npm and us, has died. Answers how to stop watching. */
export function watchNpm(gone: () => void): () => void {
  const { npm_execpath: npm, npm_lifecycle_event: script, SELVAGE_WITH_PARENT: asked } = process.env;
  if (npm === undefined && script === undefined && asked === undefined) {
    return () => undefined;
  }
  const watched = chainToNpm();
  const timer = setInterval(() => {
    if (watched.every((one) => isAlive(one))) {
      return;
    }
    clearInterval(timer);
    gone();
  }, INTERVAL_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** Our parent, its parent … up to npm; the parent alone when npm is not among them (or there is no /proc). */
function chainToNpm(): readonly ProcessIdentity[] {
  const chain: ProcessIdentity[] = [];
  for (let pid = process.ppid; pid > 1 && chain.length < 4;) {
    chain.push(processIdentityOf(pid));
    const stat = processStat(pid);
    if (stat === null) {
      break;
    }
    if (/^(npm|npx)\b/.test(stat.command)) {
      return chain;
    }
    pid = stat.parent;
  }
  return chain.slice(0, 1);
}
