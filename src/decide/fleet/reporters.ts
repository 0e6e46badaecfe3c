// The coordinator's part of keeping isolates in step (theirs is sync.ts): who reports, what each was answered last, and
// how many reports come. A report that arrives again gets the same answer and is counted once; so does one that was
// overtaken by a later one of its isolate, which drops whatever it is not waiting for.

/** By isolate. */
export type Reporters<Reply extends Answer> = Map<string, { readonly reply: Reply; readonly at: number }>;

interface Answer {
  readonly seq: number;
  readonly nextSyncMs: number;
}

/** Reports a second, smoothed. */
export interface Load {
  perSecond: number;
  at: number;
}

/** Reports a second that one object answers in peace: a fifth of what the platform gives it. */
export const REPORTS_PER_SECOND = 200;
/** An isolate that has missed so many turns is gone; a lost report or two make nobody bolder. */
const TURNS = 3;

/** The answer to a report that is no news; null = it is to be taken in, and its answer noted. */
export function answerKnown<Reply extends Answer>(
  reporters: Reporters<Reply>,
  isolate: string,
  seq: number,
): Reply | null {
  const known = reporters.get(isolate);
  return known !== undefined && seq <= known.reply.seq ? known.reply : null;
}

/** Forgets isolates that do not report any more. @param leastMs as long as nobody is given up */
export function dropSilent(reporters: Reporters<Answer>, leastMs: number, now: number): void {
  for (const [isolate, { reply, at }] of reporters) {
    if (now - at > Math.max(leastMs, TURNS * reply.nextSyncMs)) {
      reporters.delete(isolate);
    }
  }
}

/** What each isolate must leave between two reports so that so many of them together are not too many. */
export function sharedMs(isolates: number): number {
  return (1000 * isolates) / REPORTS_PER_SECOND;
}

export function newLoad(now: number): Load {
  return { perSecond: 0, at: now };
}

/** Counts one report. @param overMs what it is smoothed over */
export function countReport(load: Load, overMs: number, now: number): void {
  const elapsedMs = Math.max(0, now - load.at);
  load.perSecond = load.perSecond * Math.exp(-elapsedMs / overMs) + 1000 / overMs;
  load.at = now;
}
