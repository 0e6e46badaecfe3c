// What a local mesh that is told to stop says to each of its isolates, in place of the times of a schedule: only who
// runs them can say it.
export const STOPPING = "stopping";
