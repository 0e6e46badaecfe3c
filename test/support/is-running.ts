// Whether a process runs, as /proc tells it. One that is dead and not yet collected by its parent does not.
import { readFileSync } from "node:fs";

export function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
