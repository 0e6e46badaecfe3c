// How an isolate keeps in step with a coordinator: it reports what it saw, and applies what is answered. Limits talk to
// the coordinator of their policy; breakers, slots, retries and health share one conversation with that of their
// service. This is the part that all of them have in common: numbers that make a report count once, the report that is
// not answered yet, how often reports go out, and since when nobody answers. The coordinator's part is reporters.ts.
//
//   report ──► answered ──► applied once. Its times count from the making of the report, so no two clocks have to agree
//      │          └──────── an answer to an older report is dropped: the coordinator has taken back what that one gave
//      └─────► lost, or rejected ──► sent again under its number while it is young, else a new one takes its place

export interface Sync<Report> {
  /** Number of the last report. */
  seq: number;
  /** The last report, until it is answered. */
  pending: { readonly report: Report; readonly madeAt: number } | null;
  /** Its answer is still waited for. */
  isAwaited: boolean;
  /** When the last report left, for the first time or again. */
  sentAt: number;
  /** Number of the last report that was answered, and when it was made. */
  answeredSeq: number;
  syncedAt: number;
  pace: SyncPace;
  /** As far as the reports so far have used up what `leastGapMs` allows, milliseconds since the epoch. */
  gapsUntil: number;
  /** Reports in a row that came to nothing, and when the last of them did. */
  failures: number;
  failedAt: number;
  /** When the coordinator could not be called at all. */
  rejectedAt: number;
  /** Since when reports have no answer; null = the last one has. */
  silentSince: number | null;
}

/** What a coordinator says of the time between reports, from the sending of the last. */
interface SyncPace {
  readonly nextSyncMs: number;
  /** The same when something is urgent. */
  readonly urgentSyncMs?: number;
  /** Reports may come at once now and then; on average there is this between them. */
  readonly leastGapMs?: number;
}

export interface SyncTerms {
  /** Younger than this, an unanswered report is sent again as it was. */
  readonly resendMs: number;
  /**
   * After two failures in a row the next report waits, from the sending of the last; twice as long each time, up to
   * this.
   */
  readonly longestPauseMs: number;
}

/** A report is lost when no answer came for one interval, within these bounds: its request may have been cancelled. */
const PATIENCE_MS = { least: 500, most: 2000 } as const;
const GAPS_AT_ONCE = 3;
const FIRST_PAUSE_MS = 100;
/** So long without an answer, and several reports have gone unheard. */
const SILENT_MS = 2500;
const REJECTED_MS = 5000;

export function newSync<Report>(pace: SyncPace): Sync<Report> {
  return {
    seq: 0,
    pending: null,
    isAwaited: false,
    sentAt: Number.NEGATIVE_INFINITY,
    answeredSeq: 0,
    syncedAt: Number.NEGATIVE_INFINITY,
    pace,
    gapsUntil: 0,
    failures: 0,
    failedAt: Number.NEGATIVE_INFINITY,
    rejectedAt: Number.NEGATIVE_INFINITY,
    silentSince: null,
  };
}

/** Whether a report may leave: none is on its way, and it was not in vain a moment ago. One loss is no sign yet. */
export function mayReport(sync: Sync<unknown>, terms: SyncTerms, now: number): boolean {
  loseLate(sync, now);
  if (sync.isAwaited || sync.gapsUntil - now > GAPS_AT_ONCE * (sync.pace.leastGapMs ?? 0)) {
    return false;
  }
  const pauseMs = Math.min(terms.longestPauseMs, FIRST_PAUSE_MS * 2 ** (sync.failures - 1));
  return sync.failures < 2 || now - sync.sentAt >= pauseMs;
}

/** The report that leaves now: an unanswered one that is still young, else a new one. */
export function send<Report>(sync: Sync<Report>, terms: SyncTerms, now: number, make: (seq: number) => Report): Report {
  sync.sentAt = now;
  sync.isAwaited = true;
  sync.silentSince ??= now;
  sync.gapsUntil = Math.max(now, sync.gapsUntil) + (sync.pace.leastGapMs ?? 0);
  if (sync.pending !== null && now - sync.pending.madeAt < terms.resendMs) {
    return sync.pending.report;
  }
  sync.seq += 1;
  const report = make(sync.seq);
  sync.pending = { report, madeAt: now };
  return report;
}

/** Takes note of an answer. @returns the report and when it was made; null = the answer is not to be applied */
export function answered<Report>(sync: Sync<Report>, seq: number, pace: SyncPace): Sync<Report>["pending"] {
  const { pending } = sync;
  if (pending === null || seq !== sync.seq) {
    return null;
  }
  sync.pending = null;
  sync.isAwaited = false;
  sync.answeredSeq = seq;
  sync.syncedAt = pending.madeAt;
  sync.pace = pace;
  sync.failures = 0;
  sync.rejectedAt = Number.NEGATIVE_INFINITY;
  sync.silentSince = null;
  return pending;
}

/** The call to the coordinator failed. */
export function rejected(sync: Sync<unknown>, seq: number, now: number): void {
  if (seq !== sync.seq || !sync.isAwaited) {
    return;
  }
  lose(sync, now);
  sync.rejectedAt = now;
}

/** Gives up waiting for an answer that is too late. */
export function loseLate(sync: Sync<unknown>, now: number): void {
  const forMs = Math.min(PATIENCE_MS.most, Math.max(PATIENCE_MS.least, sync.pace.nextSyncMs));
  if (sync.isAwaited && now - sync.sentAt >= forMs) {
    lose(sync, now);
  }
}

/** The coordinator does not answer: what it would have to say is not waited for. */
export function isSilent({ silentSince, rejectedAt }: Sync<unknown>, now: number): boolean {
  return now - rejectedAt < REJECTED_MS || (silentSince !== null && now - silentSince >= SILENT_MS);
}

function lose(sync: Sync<unknown>, now: number): void {
  sync.isAwaited = false;
  sync.failures += 1;
  sync.failedAt = now;
}
