// Which process is meant: a pid alone is reused, a pid with its start time is not.
import { readFileSync } from "node:fs";

export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot at which it started; null where /proc does not exist. */
  readonly startTicks: string | null;
}

interface ProcessStat {
  readonly parent: number;
  readonly command: string;
  readonly startTicks: string;
  /** `Z` = dead, but not yet collected by its parent. */
  readonly state: string;
}

/** `/proc/<pid>/stat`, or null when there is no such process or no /proc (macOS). */
export function processStat(pid: number): ProcessStat | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return null;
  }
  return parseStat(text);
}

/** The command stands in parentheses and may itself hold spaces and parentheses: fields count from the last one. */
export function parseStat(text: string): ProcessStat | null {
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  const fields = text.slice(close + 2).split(" ");
  const [state, parent] = fields;
  const startTicks = fields[19];
  if (open < 0 || state === undefined || parent === undefined || startTicks === undefined) {
    return null;
  }
  return { parent: Number(parent), command: text.slice(open + 1, close), startTicks, state };
}

export function processIdentityOf(pid: number): ProcessIdentity {
  return { pid, startTicks: processStat(pid)?.startTicks ?? null };
}

/** Whether that very process still runs. */
export function isAlive({ pid, startTicks }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it exists, and belongs to somebody else.
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) {
      return false;
    }
  }
  const stat = processStat(pid);
  if (stat === null || startTicks === null) {
    return true;
  }
  return stat.startTicks === startTicks && stat.state !== "Z";
}
