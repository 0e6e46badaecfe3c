// CPU time that processes have used so far, as Linux's scheduler counts it: nanoseconds on a processor, of every
// thread. (`/proc/<pid>/stat` tells the same in hundredths of a second, too coarse for windows of a tenth.)
import { readdirSync, readFileSync } from "node:fs";

/** Nanoseconds in one `/proc/<pid>/task/<tid>/schedstat`: its first number (Documentation/scheduler/sched-stats). */
export const nanosOf = (schedstat: string): number => Number(schedstat.split(" ", 1)[0]);

/** Threads that have ended are not counted: the processes that are measured keep theirs. */
export const cpuMicros = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => {
    const tasks = `/proc/${pid}/task`;
    return readdirSync(tasks).reduce(
      (all, tid) => all + nanosOf(readFileSync(`${tasks}/${tid}/schedstat`, "utf8")),
      sum,
    );
  }, 0) / 1000;
