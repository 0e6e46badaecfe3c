// The requests of one namespace that are kept: a ring in storage, the newest for the oldest. What the flood of one
// namespace pushes out is its own. Every method answers; none throws.
import { DurableObject } from "cloudflare:workers";
import type { RequestsObject } from "../src/model/message/objects.ts";
import type { Receipt, ReceiptAnswer, ReceiptQuestion } from "../src/model/message/receipt.ts";

/** A row each, of a kilobyte or two. */
const MOST = 2000;
const KEPT_MS = 24 * 3_600_000;
const TRIM_MS = 3_600_000;
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
  /** One batch of an isolate, written as a whole. */
  async keep(receipts: readonly Receipt[], dropped: number): Promise<void> {
    const { kv } = this.ctx.storage;
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

  find({ requestId, traceId, most, service, leastStatus = 0, keptAfter = 0 }: ReceiptQuestion): ReceiptAnswer {
    const { dropped } = this.#state();
    const fits = (one: Receipt): boolean =>
      (service === undefined || one.service === service) && one.status >= leastStatus;
    const receipts: Receipt[] = [];
    for (const one of this.#rows(requestId, traceId)) {
      // The newest come first.
      if (receipts.length >= most || (one.keptAt ?? 0) < keptAfter) {
        break;
      }
      if (fits(one)) {
        receipts.push(one);
      }
    }
    return { receipts, dropped };
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
