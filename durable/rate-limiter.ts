// The limits of one service for the whole fleet: a thin shell around the grants of decide/grant.ts. Ledgers of long
// windows are written down (at once when much was granted since, else within a second), so that an object that is moved or
// killed admits nothing twice; short windows start empty instead. Every method answers; none throws.
import { DurableObject } from "cloudflare:workers";
import { answerSync, bucketId, isWritten, newCoordinator, writeIsDue, type Coordinator } from "../src/decide/grant.ts";
import { askStrictly } from "../src/decide/strict.ts";
import { limitUsage, type LimitUse } from "../src/decide/limit-usage.ts";
import type { Ledger } from "../src/decide/ledger.ts";
import type { Env } from "../src/env.ts";
import type { StrictAnswer, StrictAsk, SyncReply, SyncRequest } from "../src/model/lease.ts";

const WRITE_BEHIND_MS = 1000;
/** An object unheard of for so long has nothing to remember that has not refilled, but for what was written down. */
const MEMORY_MS = 60_000;
const ROW = "ledger:";
const ALIVE = "alive";

interface WrittenLedger extends Ledger {
  /** From then on the bucket is full, and the row means nothing. */
  readonly fullAt: number;
}

export class RateLimiter extends DurableObject<Env> {
  readonly #coordinator: Coordinator;
  readonly #unwritten = new Set<string>();
  #writing = false;
  #aliveAt = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const now = Date.now();
    const { kv } = ctx.storage;
    const written = new Map<string, Ledger>();
    for (const [name, row] of kv.list<WrittenLedger>({ prefix: ROW })) {
      if (row.fullAt <= now) kv.delete(name);
      else written.set(name.slice(ROW.length), row);
    }
    const lost = written.size > 0 || now - (kv.get<number>(ALIVE) ?? 0) < MEMORY_MS;
    this.#coordinator = newCoordinator(now, lost ? written : null);
  }

  /** One batched question of an isolate; null when it comes too late to be answered. */
  sync(ask: SyncRequest): SyncReply | null {
    const now = Date.now();
    const reply = answerSync(this.#coordinator, ask, now, Math.random);
    for (const grant of reply?.grants ?? []) if (grant.tokens > 0) this.#touched(bucketId(grant.limit, grant.key));
    this.#stayKnown(now);
    return reply;
  }

  /** One request of a strict limit: counted here, written down before the answer leaves. */
  take(ask: StrictAsk): StrictAnswer {
    const now = Date.now();
    const { answer, ids } = askStrictly(this.#coordinator, ask, now);
    if (answer.allowed) this.#write(ids, now);
    this.#stayKnown(now);
    return answer;
  }

  /** What is used of each bucket, nearest to exhaustion first. */
  usage(limit: number): readonly LimitUse[] {
    return limitUsage(this.#coordinator, Date.now(), limit);
  }

  #touched(id: string): void {
    const bucket = this.#coordinator.buckets.get(id);
    if (!bucket || !isWritten(bucket.terms)) return;
    if (writeIsDue(bucket)) {
      this.#write([id], Date.now());
      return;
    }
    this.#unwritten.add(id);
    if (this.#writing) return;
    this.#writing = true;
    setTimeout(() => {
      this.#writing = false;
      this.#write([...this.#unwritten], Date.now());
    }, WRITE_BEHIND_MS);
  }

  #write(ids: readonly string[], now: number): void {
    for (const id of ids) {
      this.#unwritten.delete(id);
      const bucket = this.#coordinator.buckets.get(id);
      if (!bucket) continue;
      const { at, used } = bucket.ledger;
      bucket.unwritten = 0;
      const fullAt = bucket.terms.algorithm === "gcra" ? at : at + bucket.terms.windowMs;
      if (fullAt <= now) continue;
      this.ctx.storage.kv.put(ROW + id, { at, used, fullAt } satisfies WrittenLedger);
    }
  }

  /** Tells the next incarnation that this one lived; a row every ten seconds of activity. */
  #stayKnown(now: number): void {
    if (now - this.#aliveAt < 10_000) return;
    this.#aliveAt = now;
    this.ctx.storage.kv.put(ALIVE, now);
  }
}
