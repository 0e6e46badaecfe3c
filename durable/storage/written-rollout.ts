// A Rollout's controller in its storage: where it stands, which reports of which isolate have been counted, what the
// mesh object has not heard of yet, and what is not in the audit yet.
import type { RolloutState } from "../../src/decide/rollout/state.ts";
import { forgetSilent, newArrivals, type Arrival, type Arrivals } from "../../src/decide/signals/arrivals.ts";
import type { RolloutTurn } from "../../src/model/message/rollout.ts";
import type { Head } from "../../src/model/registry/registry.ts";
import type { ServiceKey } from "../../src/model/snapshot/snapshot.ts";

const STATE = "state";
const OF = "of";
const TOLD = "told";
const UNAUDITED = "unaudited";
const ISOLATE = "isolate:";
/** Isolates give a batch up long before. */
const SILENT_MS = 600_000;

interface Of {
  readonly service: ServiceKey;
  readonly head: Head;
  readonly isGone: boolean;
}

export class WrittenRollout {
  readonly #kv: SyncKvStorage;
  #state: RolloutState | null;
  #of: Of | null;
  #isTold: boolean;
  #unaudited: readonly RolloutTurn[];
  readonly arrivals: Arrivals = newArrivals();

  constructor(kv: SyncKvStorage) {
    this.#kv = kv;
    this.#state = kv.get<RolloutState>(STATE) ?? null;
    this.#of = kv.get<Of>(OF) ?? null;
    this.#isTold = kv.get<boolean>(TOLD) ?? true;
    this.#unaudited = kv.get<readonly RolloutTurn[]>(UNAUDITED) ?? [];
    for (const [name, arrival] of kv.list<Arrival>({ prefix: ISOLATE })) {
      this.arrivals.isolates.set(name.slice(ISOLATE.length), arrival);
    }
  }

  get state(): RolloutState | null {
    return this.#state;
  }

  get service(): ServiceKey | null {
    return this.#of?.service ?? null;
  }

  get head(): Head | null {
    return this.#of?.head ?? null;
  }

  /** The document is gone; the state may be kept for the sake of a version that was rolled back. */
  get isGone(): boolean {
    return this.#of?.isGone ?? true;
  }

  get isTold(): boolean {
    return this.#isTold;
  }

  get unaudited(): readonly RolloutTurn[] {
    return this.#unaudited;
  }

  begin(service: ServiceKey, head: Head, isGone: boolean): void {
    this.#of = { service, head, isGone };
    this.#kv.put(OF, this.#of);
  }

  /** @param turns of it that are to be audited */
  become(state: RolloutState, turns: readonly RolloutTurn[]): void {
    if (state !== this.#state) {
      this.#state = state;
      this.#kv.put(STATE, state);
    }
    if (turns.length > 0) {
      this.#unaudited = [...this.#unaudited, ...turns];
      this.#kv.put(UNAUDITED, this.#unaudited);
    }
  }

  forget(): void {
    this.#state = null;
    this.#kv.delete(STATE);
  }

  noteTold(isTold: boolean): void {
    if (isTold !== this.#isTold) {
      this.#isTold = isTold;
      this.#kv.put(TOLD, isTold);
    }
  }

  /** @returns false = somebody else has it in hand */
  takeUnaudited(turn: RolloutTurn): boolean {
    const rest = this.#unaudited.filter((one) => one !== turn);
    if (rest.length === this.#unaudited.length) {
      return false;
    }
    this.#unaudited = rest;
    this.#kv.put(UNAUDITED, rest);
    return true;
  }

  addUnaudited(turn: RolloutTurn): void {
    this.#unaudited = [turn, ...this.#unaudited];
    this.#kv.put(UNAUDITED, this.#unaudited);
  }

  noteArrival(isolate: string): void {
    const arrival = this.arrivals.isolates.get(isolate);
    if (arrival === undefined) {
      return;
    }
    this.#kv.put(ISOLATE + isolate, arrival);
    const known = new Set(this.arrivals.isolates.keys());
    forgetSilent(this.arrivals, arrival.at - SILENT_MS);
    for (const one of known) {
      if (!this.arrivals.isolates.has(one)) {
        this.#kv.delete(ISOLATE + one);
      }
    }
  }
}
