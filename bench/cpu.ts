// CPU time that processes have used so far, all threads, user and system, as Linux counts it.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const ticksPerSecond = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** Microseconds of CPU in one line of `/proc/<pid>/stat` (proc(5): fields 14 and 15, counted after the command's name). */
export function cpuMicrosOf(stat: string, ticks: number): number {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1_000_000) / ticks;
}

export const cpuMicros = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => sum + cpuMicrosOf(readFileSync(`/proc/${pid}/stat`, "utf8"), ticksPerSecond), 0);
