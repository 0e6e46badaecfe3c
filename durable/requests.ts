// The requests of one namespace that are kept: a ring in storage, the newest for the oldest. What the flood of one
// namespace pushes out is its own. Every method answers; none throws.
import { DurableObject } from "cloudflare:workers";
import type { RequestsObject } from "../src/model/message/objects.ts";
import { BoundedMap } from "../src/decide/text/bounded-map.ts";
import { fitsFilter } from "../src/decide/trace/watching.ts";
import type { WatchCounts, Receipt, ReceiptAnswer, ReceiptQuestion } from "../src/model/message/receipt.ts";

/** A row each, of a kilobyte or two. */
const MOST = 2000;
const KEPT_MS = 24 * 3_600_000;
const TRIM_MS = 3_600_000;
/** Whoever watches asks every second. */
const WATCHED_MS = 10_000;
const MOST_WATCHED = 1000;
const MOST_MATCHED = 50;
const ROW = "row:";
const BY_REQUEST = "request:";
const BY_TRACE = "trace:";
const STATE = "ring";

interface State {
  /** Number of the next row. */
  readonly next: number;
  /** Of the oldest that is there. */
  readonly first: number;
  readonly dropped: number;
}

export class Requests extends DurableObject implements RequestsObject {
  /** The newest last; of those who watch just now, and gone with the object. */
  #watched: Receipt[] = [];
  readonly #matched = new BoundedMap<string, number>(MOST_MATCHED);

  /** One batch of an isolate, written as a whole; what is there only for watchers is not written down. */
  async keep(all: readonly Receipt[], dropped: number, matched: WatchCounts = {}): Promise<void> {
    const { kv } = this.ctx.storage;
    const receipts = all.filter(({ keptFor }) => keptFor !== "watched");
    this.#watch(all, matched);
    if (receipts.length === 0 && dropped === 0) {
      return;
    }
    let { next, first, dropped: before } = this.#state();
    const keptAt = Date.now();
    for (const receipt of receipts.slice(-MOST)) {
      const row = ROW + padded(next);
      kv.put(row, { ...receipt, keptAt } satisfies Receipt);
      kv.put(BY_REQUEST + receipt.requestId, next);
      kv.put(BY_TRACE + inTrace(receipt, next), next);
      next += 1;
    }
    for (; next - first > MOST; first++) {
      this.#drop(first);
    }
    before += dropped;
    kv.put(STATE, { next, first, dropped: before } satisfies State);
    if ((await this.ctx.storage.getAlarm()) === null) {
      await this.ctx.storage.setAlarm(Date.now() + TRIM_MS);
    }
  }

  find(question: ReceiptQuestion): ReceiptAnswer {
    const { requestId, traceId, most, watch, keptAfter = 0 } = question;
    const { dropped } = this.#state();
    const receipts: Receipt[] = [];
    if (watch !== undefined) {
      const watched = this.#watched.filter((one) => (one.keptAt ?? 0) >= keptAfter && fitsFilter(question, one));
      receipts.push(...watched.toReversed().slice(0, most));
    }
    const held = receipts.length;
    for (const one of this.#rows(requestId, traceId)) {
      // The newest come first.
      if (receipts.length - held >= most || (one.keptAt ?? 0) < keptAfter) {
        break;
      }
      if (fitsFilter(question, one)) {
        receipts.push(one);
      }
    }
    return { receipts, dropped, ...(watch === undefined ? {} : { matched: this.#matched.get(watch) ?? 0 }) };
  }

  /** Drops what is older than a day. */
  override async alarm(): Promise<void> {
    const { kv } = this.ctx.storage;
    const state = this.#state();
    let { first } = state;
    for (; first < state.next; first++) {
      const one = kv.get<Receipt>(ROW + padded(first));
      if (one !== undefined && one.at > Date.now() - KEPT_MS) {
        break;
      }
      this.#drop(first);
    }
    kv.put(STATE, { ...state, first } satisfies State);
    if (first < state.next) {
      await this.ctx.storage.setAlarm(Date.now() + TRIM_MS);
    }
  }

  #watch(all: readonly Receipt[], matched: WatchCounts): void {
    const keptAt = Date.now();
    this.#watched = this.#watched.filter((one) => (one.keptAt ?? 0) > keptAt - WATCHED_MS);
    for (const one of all) {
      if (one.keptFor === "watched") {
        this.#watched.push({ ...one, keptAt });
      }
    }
    this.#watched.splice(0, this.#watched.length - MOST_WATCHED);
    for (const [id, count] of Object.entries(matched)) {
      this.#matched.set(id, (this.#matched.get(id) ?? 0) + count);
    }
  }

  *#rows(requestId: string | undefined, traceId: string | undefined): Iterable<Receipt> {
    const { kv } = this.ctx.storage;
    if (requestId !== undefined) {
      const number = kv.get<number>(BY_REQUEST + requestId);
      const one = number === undefined ? undefined : kv.get<Receipt>(ROW + padded(number));
      if (one?.requestId === requestId) {
        yield one;
      }
      return;
    }
    if (traceId === undefined) {
      for (const [, one] of kv.list<Receipt>({ prefix: ROW, reverse: true })) {
        yield one;
      }
      return;
    }
    for (const [, number] of kv.list<number>({ prefix: `${BY_TRACE}${traceId}:`, reverse: true })) {
      const one = kv.get<Receipt>(ROW + padded(number));
      if (one !== undefined) {
        yield one;
      }
    }
  }

  #drop(number: number): void {
    const { kv } = this.ctx.storage;
    const row = ROW + padded(number);
    const one = kv.get<Receipt>(row);
    if (one === undefined) {
      return;
    }
    kv.delete(row);
    kv.delete(BY_TRACE + inTrace(one, number));
    // Callers may choose an id twice: the later one stays.
    if (kv.get<number>(BY_REQUEST + one.requestId) === number) {
      kv.delete(BY_REQUEST + one.requestId);
    }
  }

  #state(): State {
    return this.ctx.storage.kv.get<State>(STATE) ?? { next: 0, first: 0, dropped: 0 };
  }
}

/** So that names are in the order of numbers. */
const padded = (number: number): string => String(number).padStart(12, "0");

const inTrace = ({ traceId }: Receipt, number: number): string => `${traceId}:${padded(number)}`;
