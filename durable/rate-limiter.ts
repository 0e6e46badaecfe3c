// The limits of one RateLimitPolicy for the whole fleet: a thin shell around decide/limit/coordinator.ts and
// decide/limit/strict.ts. Ledgers of long windows are written down (at once when much was granted since, else within a
// second), so that an object that is moved or killed admits nothing twice; short windows start empty instead. Every
// method answers; none throws.
import { DurableObject } from "cloudflare:workers";
import { bucketId, isWritten, writeIsDue, type WrittenLedger } from "../src/decide/limit/bucket.ts";
import { answerLimits, newLimitCoordinator, type LimitCoordinator } from "../src/decide/limit/coordinator.ts";
import { chunksOf } from "../src/decide/limit/demand-history.ts";
import { untilFull } from "../src/decide/limit/ledger.ts";
import { limitUsage } from "../src/decide/limit/usage.ts";
import { askStrictly, giveBackStrictly, peekStrictly } from "../src/decide/limit/strict.ts";
import type { DemandChunk, LimitUse } from "../src/model/message/limit-use.ts";
import type { RateLimiterObject } from "../src/model/message/objects.ts";
import type { LimiterCalls, StrictAnswer, StrictAsk, LimitReport } from "../src/model/message/limit.ts";
import { readDemand, trimDemand, writeDemand } from "./storage/demand-rows.ts";

const WRITE_BEHIND_MS = 1000;
/** An object unheard of for so long has nothing to remember that has not refilled, but for what was written down. */
const MEMORY_MS = 60_000;
const SWEEP_MS = 600_000;
/** What a crash takes from a preview at most. */
const DEMAND_BEHIND_MS = 5000;
const ROW = "ledger:";
const ALIVE = "alive";

interface Row extends WrittenLedger {
  /** From then on the bucket is full, and the row means nothing. */
  readonly fullAt: number;
}

export class RateLimiter extends DurableObject implements RateLimiterObject {
  readonly #coordinator: LimitCoordinator = this.#restore(Date.now());
  readonly #unwritten = new Set<string>();
  #writing = false;
  #sweeps = false;
  #aliveAt = 0;
  #notingDemand = false;
  readonly #calls = { since: Date.now(), sync: 0, take: 0, giveBack: 0 };

  /** One batched report of an isolate. */
  sync(report: LimitReport): ReturnType<RateLimiterObject["sync"]> {
    const now = Date.now();
    this.#calls.sync += 1;
    const reply = answerLimits(this.#coordinator, report, now, Math.random);
    this.#forgetEvicted();
    for (const { limit, key, tokens } of reply.grants) {
      if (tokens > 0) {
        this.#granted(limit, key, now);
      }
    }
    this.#stayKnown(now);
    if (this.#coordinator.demand.changed.size > 0) {
      this.#noteDemandSoon();
    }
    return reply;
  }

  /** One request under strict limits: counted here, written down before the answer leaves. */
  take(ask: StrictAsk): StrictAnswer {
    const now = Date.now();
    this.#calls.take += 1;
    const { answer, ids } = askStrictly(this.#coordinator, ask, now);
    this.#forgetEvicted();
    this.#write(ids, now, true);
    this.#stayKnown(now);
    return answer;
  }

  /** What `take` would answer: for operators who ask, nothing is counted. */
  peek(ask: StrictAsk): StrictAnswer {
    return peekStrictly(this.#coordinator, ask, Date.now());
  }

  /** Undoes a `take` that allowed: another limit refused the request. */
  giveBack(ask: StrictAsk): void {
    const now = Date.now();
    this.#calls.giveBack += 1;
    this.#write(giveBackStrictly(this.#coordinator, ask, now), now, true);
  }

  /** What is used of each bucket, nearest to exhaustion first. */
  usage(most: number): readonly LimitUse[] {
    return limitUsage(this.#coordinator, Date.now(), most);
  }

  /** What was asked of one limit, or of all (null), in the last hour, by the minute. */
  demand(limit: string | null): readonly DemandChunk[] {
    return chunksOf(this.#coordinator.demand, limit, Date.now());
  }

  /** How often isolates called since this object was last started. */
  calls(): LimiterCalls {
    return this.#calls;
  }

  /** Drops rows that mean nothing any more. */
  override async alarm(): Promise<void> {
    const now = Date.now();
    let kept = trimDemand(this.ctx.storage.kv, now);
    for (const [name, { fullAt }] of this.ctx.storage.kv.list<Row>({ prefix: ROW })) {
      if (fullAt <= now) {
        this.ctx.storage.kv.delete(name);
      } else {
        kept += 1;
      }
    }
    this.#sweeps = kept > 0;
    if (this.#sweeps) {
      await this.ctx.storage.setAlarm(now + SWEEP_MS);
    }
  }

  #restore(now: number): LimitCoordinator {
    const { kv } = this.ctx.storage;
    const written = new Map<string, WrittenLedger>();
    for (const [name, row] of kv.list<Row>({ prefix: ROW })) {
      if (row.fullAt > now) {
        written.set(name.slice(ROW.length), row);
      }
    }
    const lost = written.size > 0 || now - (kv.get<number>(ALIVE) ?? 0) < MEMORY_MS;
    const coordinator = newLimitCoordinator(now, lost ? written : null);
    readDemand(kv, coordinator.demand, now);
    return coordinator;
  }

  #granted(limit: string, key: string, now: number): void {
    const bucket = this.#coordinator.buckets.get(bucketId(limit, key));
    if (!bucket || !isWritten(bucket.terms)) {
      return;
    }
    const id = bucketId(bucket.limit, bucket.key);
    if (writeIsDue(bucket)) {
      this.#write([id], now, false);
      return;
    }
    this.#unwritten.add(id);
    if (this.#writing) {
      return;
    }
    this.#writing = true;
    setTimeout(() => {
      this.#writing = false;
      this.#write([...this.#unwritten], Date.now(), false);
    }, WRITE_BEHIND_MS);
  }

  #write(ids: readonly string[], now: number, exact: boolean): void {
    for (const id of ids) {
      this.#unwritten.delete(id);
      const bucket = this.#coordinator.buckets.get(id);
      if (!bucket) {
        continue;
      }
      const {
        ledger: { at, used },
        terms,
      } = bucket;
      bucket.unwritten = 0;
      const fullAt = Math.ceil(now + untilFull(bucket.ledger, bucket.terms, now));
      this.ctx.storage.kv.put(ROW + id, { at, used, exact, terms, fullAt } satisfies Row);
    }
    if (ids.length > 0) {
      this.#sweepLater(now);
    }
  }

  /** Rows stay as few as buckets, however many keys are made up. */
  #forgetEvicted(): void {
    const { evicted } = this.#coordinator;
    if (evicted.length === 0) {
      return;
    }
    this.#coordinator.evicted = [];
    for (const id of evicted) {
      this.#unwritten.delete(id);
      this.ctx.storage.kv.delete(ROW + id);
    }
  }

  #sweepLater(now: number): void {
    if (this.#sweeps) {
      return;
    }
    this.#sweeps = true;
    this.ctx.waitUntil(this.ctx.storage.setAlarm(now + SWEEP_MS));
  }

  #noteDemandSoon(): void {
    if (this.#notingDemand) {
      return;
    }
    this.#notingDemand = true;
    setTimeout(() => {
      this.#notingDemand = false;
      writeDemand(this.ctx.storage.kv, this.#coordinator.demand);
      this.#sweepLater(Date.now());
    }, DEMAND_BEHIND_MS);
  }

  /** Tells the next incarnation that this one lived; a row every ten seconds of activity. */
  #stayKnown(now: number): void {
    if (now - this.#aliveAt < 10_000) {
      return;
    }
    this.#aliveAt = now;
    this.ctx.storage.kv.put(ALIVE, now);
  }
}
