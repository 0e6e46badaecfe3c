// The sums of a telemetry object in its storage: a value for each span of time, one for the totals, one for what else
// it knows, and the reports that came since those were written.
import type { SignalCoordinator } from "../../src/decide/signals/coordinator.ts";
import { pack, unpack, type PackedSlot, type TimeSlot } from "../../src/decide/signals/slot.ts";
import type { SignalReport } from "../../src/model/message/signals.ts";

const SLOT = "slot:";
const LOG = "log:";
const TOTALS = "totals";
const STATE = "counted";

interface Logged {
  readonly report: SignalReport;
  readonly at: number;
}

type State = Pick<SignalCoordinator, "since" | "heardAt" | "reports" | "late" | "spread" | "arrivals">;

export class SignalStorage {
  readonly #kv: SyncKvStorage;
  #nextLog = 0;

  constructor(kv: SyncKvStorage) {
    this.#kv = kv;
  }

  /** Each by itself: a value has an end, and reports of many isolates together may be beyond it. */
  log(reports: readonly Logged[]): void {
    for (const one of reports) {
      this.#kv.put(LOG + String(this.#nextLog++).padStart(12, "0"), one);
    }
  }

  *logged(): Iterable<Logged> {
    for (const [name, one] of this.#kv.list<Logged>({ prefix: LOG })) {
      this.#nextLog = Number(name.slice(LOG.length)) + 1;
      yield one;
    }
  }

  dropLog(): void {
    for (const name of Array.from(this.#kv.list({ prefix: LOG }), ([key]) => key)) {
      this.#kv.delete(name);
    }
  }

  slot(name: string): TimeSlot | null {
    const packed = this.#kv.get<PackedSlot>(SLOT + name);
    return packed === undefined ? null : unpack(packed);
  }

  *slots(from: string, to: string): Iterable<[name: string, slot: TimeSlot]> {
    for (const [name, packed] of this.#kv.list<PackedSlot>({ start: SLOT + from, end: SLOT + to })) {
      yield [name.slice(SLOT.length), unpack(packed)];
    }
  }

  putSlot(name: string, slot: TimeSlot): void {
    this.#kv.put(SLOT + name, pack(slot));
  }

  /** Drops spans of a level that began before. */
  trim(level: string, before: number): void {
    const end = `${SLOT}${level}:${String(Math.max(0, Math.floor(before))).padStart(15, "0")}`;
    for (const name of Array.from(this.#kv.list({ start: `${SLOT}${level}:`, end }), ([key]) => key)) {
      this.#kv.delete(name);
    }
  }

  putState({ since, heardAt, reports, late, spread, arrivals, totals }: SignalCoordinator): void {
    this.#kv.put(STATE, { since, heardAt, reports, late, spread, arrivals } satisfies State);
    this.#kv.put(TOTALS, pack(totals));
  }

  readState(coordinator: SignalCoordinator): void {
    Object.assign(coordinator, this.#kv.get<State>(STATE) ?? {});
    const totals = this.#kv.get<PackedSlot>(TOTALS);
    if (totals !== undefined) {
      Object.assign(coordinator, { totals: unpack(totals) });
    }
  }
}
