// What operators force upon one service, a part of its CircuitBreaker object: written down before the answer leaves,
// and told to the mesh object, which every isolate asks, so that those without traffic for the service obey as well.
import { forcedStates, forceState, type Forced, type ForcedTargets } from "../src/decide/breaker/forced.ts";
import type { ForceOrder } from "../src/model/message/breaker.ts";
import type { MeshObject } from "../src/model/message/objects.ts";
import type { ForcedState } from "../src/model/snapshot/circuit.ts";
import type { ServiceKey } from "../src/model/snapshot/snapshot.ts";
import { MESH_OBJECT } from "../src/model/word/refs.ts";

const FORCED = "forced:";
const ORDERS = "orders";

/** What the object of a service reaches; service bindings have users' names. */
export interface ObjectBindings {
  readonly MESH: DurableObjectNamespace<MeshObject & Rpc.DurableObjectBranded>;
}

interface Written {
  readonly seq: number;
  readonly service: ServiceKey;
  /** The mesh object has said that it heard of them. */
  readonly isTold: boolean;
}

export class OperatorOrders {
  readonly #kv: SyncKvStorage;
  readonly #env: ObjectBindings;
  readonly #coordinator: ForcedTargets;
  #written: Written | null;

  constructor(kv: SyncKvStorage, env: ObjectBindings, coordinator: ForcedTargets) {
    this.#kv = kv;
    this.#env = env;
    this.#coordinator = coordinator;
    this.#written = kv.get<Written>(ORDERS) ?? null;
    coordinator.forcedSeq = this.#written?.seq ?? 0;
    const now = Date.now();
    for (const [name, row] of kv.list<Forced>({ prefix: FORCED })) {
      if (row.until <= now) {
        kv.delete(name);
      } else {
        coordinator.forced.set(name.slice(FORCED.length), row);
      }
    }
  }

  get isTold(): boolean {
    return this.#written?.isTold ?? false;
  }

  /** Answers when the order is written down, and the mesh object has heard of it or cannot be reached. */
  async force(order: ForceOrder): Promise<readonly ForcedState[]> {
    const now = Date.now();
    forceState(this.#coordinator, order, now);
    const forced = this.#coordinator.forced.get(order.target);
    if (forced === undefined) {
      this.#kv.delete(FORCED + order.target);
    } else {
      this.#kv.put(FORCED + order.target, forced);
    }
    const service = order.service ?? this.#written?.service;
    if (service !== undefined) {
      this.#write({ seq: this.#coordinator.forcedSeq, service, isTold: false });
      await this.tell();
    }
    return forcedStates(this.#coordinator, now);
  }

  /** Tells the mesh object what it has not heard yet. Never rejects. */
  async tell(): Promise<void> {
    const written = this.#written;
    if (written === null || written.isTold) {
      return;
    }
    const { seq, service } = written;
    try {
      const states = forcedStates(this.#coordinator, Date.now());
      await this.#env.MESH.getByName(MESH_OBJECT).tellForced(service, { seq, states });
    } catch {
      return; // With the next report of an isolate, again.
    }
    // Another order may have come meanwhile, which is told by itself.
    if (this.#written?.seq === seq) {
      this.#write({ seq, service, isTold: true });
    }
  }

  #write(written: Written): void {
    this.#written = written;
    this.#kv.put(ORDERS, written);
  }
}
