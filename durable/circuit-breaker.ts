// The breakers of one service for the whole fleet: a thin shell around decide/breaker/coordinator.ts. Counts are kept
// in memory only; what was concluded from them (a state, its epoch, its end) and what operators force is written down
// before the answer leaves, so that an object that is moved or killed says the same as before. Every method answers;
// none throws.
import { breakerRows } from "../src/decide/breaker/breaker-rows.ts";
import { DurableObject } from "cloudflare:workers";
import { newBreaker } from "../src/decide/breaker/breaker.ts";
import {
  answerBreakers,
  newBreakerCoordinator,
  targetId,
  type BreakerCoordinator,
} from "../src/decide/breaker/coordinator.ts";
import { forcedStates } from "../src/decide/breaker/forced.ts";
import { retryRows, slotRows } from "../src/decide/breaker/capacity-rows.ts";
import type { BreakerReply, BreakerReport, ForceOrder } from "../src/model/message/breaker.ts";
import type { BreakerState, BreakerTerms, ForcedState } from "../src/model/snapshot/circuit.ts";
import type { BreakerStates, CircuitBreakerObject } from "../src/model/message/objects.ts";
import { HealthChecker } from "./health-checker.ts";
import { OperatorOrders, type ObjectBindings } from "./operator-orders.ts";
import { WrittenEjections } from "./storage/written-ejections.ts";
import { WrittenTurns } from "./storage/written-turns.ts";
import { WrittenSlotRows } from "./storage/written-slots.ts";

const STATE = "state:";
/** A row of a breaker that nobody has asked about for a day means nothing any more. */
const KEEP_MS = 86_400_000;

interface WrittenState {
  readonly policy: string;
  readonly target: string;
  readonly terms: BreakerTerms;
  readonly state: BreakerState;
  readonly epoch: number;
  readonly since: number;
  readonly openUntil: number;
  readonly trips: number;
}

export class CircuitBreaker extends DurableObject<ObjectBindings> implements CircuitBreakerObject {
  readonly #coordinator: BreakerCoordinator = newBreakerCoordinator();
  /** Epochs as they are written down. */
  readonly #written = new Map<string, number>();
  readonly #ejections = new WrittenEjections(this.ctx.storage.kv);
  readonly #turns = new WrittenTurns(this.ctx.storage.kv);
  readonly #slots = new WrittenSlotRows(this.ctx.storage.kv);
  readonly #orders: OperatorOrders;
  readonly #health: HealthChecker;

  constructor(ctx: DurableObjectState, env: ObjectBindings) {
    super(ctx, env);
    this.#health = new HealthChecker(ctx, env, this.#coordinator);
    this.#orders = new OperatorOrders(ctx.storage.kv, env, this.#coordinator);
    const now = Date.now();
    const { kv } = ctx.storage;
    for (const [name, row] of kv.list<WrittenState>({ prefix: STATE })) {
      if (now - row.since > KEEP_MS && row.state === "closed") {
        kv.delete(name);
      } else {
        this.#restore(row, now);
      }
    }
    this.#ejections.restore(this.#coordinator, now);
    this.#slots.restore(this.#coordinator.capacity, now);
  }

  /** One batched report of an isolate, and what it should know. */
  sync(report: BreakerReport): BreakerReply {
    const now = Date.now();
    const reply = answerBreakers(this.#coordinator, report, now, Math.random);
    this.#writeTurns();
    this.#slots.write(this.#coordinator.capacity, now);
    if (!this.#orders.isTold) {
      this.ctx.waitUntil(this.#orders.tell());
    }
    return report.health ? { ...reply, health: this.#health.answer(report.health, now) } : reply;
  }

  /** Probes of endpoints, while isolates report traffic. */
  override async alarm(): Promise<void> {
    await this.#health.alarm();
    this.#writeEjections();
  }

  states(): BreakerStates {
    const now = Date.now();
    const rows = breakerRows(this.#coordinator, now, Math.random);
    this.#writeTurns();
    const { capacity } = this.#coordinator;
    const [slots, retries] = [slotRows(capacity, now), retryRows(capacity, now)];
    const { isTold: isForcedTold } = this.#orders;
    return {
      rows,
      forced: forcedStates(this.#coordinator, now),
      health: this.#health.rows(now),
      slots,
      retries,
      turns: this.#turns.all,
      isForcedTold,
    };
  }

  /** What an operator says; `auto` takes it back. */
  force(order: ForceOrder): Promise<readonly ForcedState[]> {
    return this.#orders.force(order);
  }

  #restore({ policy, target, terms, state, epoch, since, openUntil, trips }: WrittenState, now: number): void {
    const breaker = { ...newBreaker(terms, now), state, epoch, since, openUntil, trips };
    const id = targetId(policy, target);
    this.#coordinator.targets.set(id, {
      policy,
      target,
      terms,
      breaker,
      runs: new Map(),
      held: new Map(),
      okAt: 0,
      heardAt: now,
      suspectedAt: -KEEP_MS,
    });
    this.#written.set(id, epoch);
  }

  #writeEjections(): void {
    for (const { policy, endpoint } of this.#ejections.write(this.#coordinator)) {
      this.#turns.note({ at: Date.now(), policy, target: `e:${endpoint}`, to: "ejected" });
    }
  }

  /** A row for each breaker that has turned since it was last written; none while nothing turns. */
  #writeTurns(): void {
    this.#writeEjections();
    for (const [id, { policy, target, terms, breaker }] of this.#coordinator.targets) {
      const { state, epoch, since, openUntil, trips } = breaker;
      if (epoch === (this.#written.get(id) ?? 1)) {
        continue;
      }
      this.#written.set(id, epoch);
      const row: WrittenState = { policy, target, terms, state, epoch, since, openUntil, trips };
      this.ctx.storage.kv.put(STATE + id, row);
      this.#turns.note({ at: since, policy, target, to: state });
    }
    for (const id of this.#written.keys()) {
      if (this.#coordinator.targets.has(id)) {
        continue;
      }
      this.#written.delete(id);
      this.ctx.storage.kv.delete(STATE + id);
    }
  }
}
