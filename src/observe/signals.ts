// What an isolate counts of the requests that it ended: a bounded number of rows, found again by the identity of what
// the request met, so that a request makes neither an object nor a text. What is too much for that is counted in a row
// that says so.
import { BUCKETS, bucketOf, sparse } from "../decide/signals/histogram.ts";
import { OTHER, otherLabels } from "../decide/signals/other.ts";
import type { SignalLabels, SignalRow } from "../model/message/signals.ts";

/** What one ended request is told apart by. */
export interface Met {
  /** The endpoint that answered; else the text that says who did not let it. */
  by: object | string;
  caller: string;
  service: string;
  route: string;
  status: number;
  decision: string;
}

/** Of the request itself, for the one that stands for many. */
interface Named {
  requestId: string;
  /** As the caller sent it. */
  traceparent: string | null;
}

interface Row {
  readonly labels: SignalLabels;
  readonly met: Readonly<Met>;
  readonly buckets: Uint32Array;
  count: number;
  sumMs: number;
  tries: number;
  lastId: string;
  lastTrace: string | null;
  lastMs: number;
  lastAt: number;
  /** Another one of the same caller and endpoint. */
  next: Row | null;
}

interface SignalBounds {
  readonly rows: number;
  /** Names of callers between two batches. */
  readonly callers: number;
}

/** Of those who prove nothing that the mesh names them by: there is always room for them. */
const CLASSES: ReadonlySet<string> = new Set(["anonymous", "user", OTHER]);
const BOUNDS: SignalBounds = { rows: 2000, callers: 200 };

export class Signals {
  /** The request that is being counted: filled in anew for each, so that none makes an object of its own. */
  readonly met: Met = { by: "", caller: "", service: "", route: "", status: 0, decision: "" };
  readonly named: Named = { requestId: "", traceparent: null };
  /** When the first request since the last batch ended; null = none has. */
  since: number | null = null;
  readonly #bounds: SignalBounds;
  /** By what answered, and by caller. */
  readonly #rows = new Map<object | string, Map<string, Row>>();
  readonly #callers = new Set<string>();
  #size = 0;

  constructor(bounds: SignalBounds = BOUNDS) {
    this.#bounds = bounds;
  }

  /** Rows that it holds: at most its bound, and as many again of services that have too many. */
  get size(): number {
    return this.#size;
  }

  /** The row of `met`; null = it has none yet. */
  find(met: Readonly<Met>): Row | null {
    let row = this.#rows.get(met.by)?.get(met.caller) ?? null;
    while (row !== null && !isSame(row.met, met)) {
      row = row.next;
    }
    return row;
  }

  /** A row for `met`, or the one for all that has none. */
  make(met: Readonly<Met>, labels: SignalLabels): Row {
    const { rows, callers } = this.#bounds;
    if (this.#size >= rows) {
      return this.#other(this.#size >= 2 * rows ? OTHER : met.service);
    }
    if (this.#callers.size < callers || CLASSES.has(met.caller) || this.#callers.has(met.caller)) {
      this.#callers.add(met.caller);
      return this.#add({ ...met }, labels);
    }
    const other = { ...met, caller: OTHER };
    return this.find(other) ?? this.#add(other, { ...labels, caller: OTHER });
  }

  count(row: Row, tookMs: number, tries: number, nowMs: number): void {
    this.since ??= nowMs;
    const ms = tookMs > 0 ? tookMs : 0;
    const bucket = bucketOf(ms);
    row.count += 1;
    row.sumMs += ms;
    row.tries += tries;
    row.lastId = this.named.requestId;
    row.lastTrace = this.named.traceparent;
    row.lastMs = ms;
    row.lastAt = nowMs;
    row.buckets[bucket] = (row.buckets[bucket] ?? 0) + 1;
  }

  /** All that was counted since it was last asked. Rows that nothing was counted in are forgotten. */
  take(): SignalRow[] {
    const used: Row[] = [];
    for (const ofHead of this.#rows.values()) {
      for (const first of ofHead.values()) {
        for (let row: Row | null = first; row !== null; row = row.next) {
          if (row.count > 0) {
            used.push(row);
          }
        }
      }
    }
    const taken = used.map(takenRow);
    this.#startOver(used);
    return taken;
  }

  #startOver(used: readonly Row[]): void {
    this.since = null;
    this.#rows.clear();
    this.#callers.clear();
    this.#size = 0;
    for (const row of used) {
      row.count = 0;
      row.sumMs = 0;
      row.tries = 0;
      row.buckets.fill(0);
      this.#callers.add(row.met.caller);
      this.#link(row);
    }
  }

  #other(service: string): Row {
    const met: Met = { by: OTHER, caller: OTHER, service, route: OTHER, status: 0, decision: OTHER };
    return this.find(met) ?? this.#add(met, otherLabels(service));
  }

  #add(met: Met, labels: SignalLabels): Row {
    const buckets = new Uint32Array(BUCKETS);
    const none = { count: 0, sumMs: 0, tries: 0, lastId: "", lastTrace: null, lastMs: 0, lastAt: 0 };
    return this.#link({ labels, met, buckets, ...none, next: null });
  }

  #link(row: Row): Row {
    const { by, caller } = row.met;
    let ofHead = this.#rows.get(by);
    if (ofHead === undefined) {
      ofHead = new Map();
      this.#rows.set(by, ofHead);
    }
    row.next = ofHead.get(caller) ?? null;
    ofHead.set(caller, row);
    this.#size += 1;
    return row;
  }
}

function takenRow({ labels, count, sumMs, tries, buckets, lastId, lastTrace, lastMs, lastAt }: Row): SignalRow {
  const exemplar = { requestId: lastId, traceId: TRACE.exec(lastTrace ?? "")?.[1] ?? null, ms: lastMs, at: lastAt };
  return { ...labels, count, sumMs, tries, buckets: sparse(buckets), exemplar };
}

/** Of a traceparent; what is none names no trace. */
const TRACE = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-/;

function isSame(one: Readonly<Met>, other: Readonly<Met>): boolean {
  return (
    one.status === other.status &&
    one.route === other.route &&
    one.decision === other.decision &&
    one.service === other.service
  );
}
