// A mesh that is not there: flows of requests with their ends, drawn by a seed, counted and added up by what ships.
import {
  newSignalCoordinator,
  levelsOf,
  takeReport,
  type SignalCoordinator,
} from "../../../src/decide/signals/coordinator.ts";
import type { SignalLabels } from "../../../src/model/message/signals.ts";
import { seeded } from "../virtual-time.ts";
import { Signals } from "../../../src/observe/signals.ts";

/** How one request ended. */
export type Ended = Pick<SignalLabels, "version" | "endpoint" | "cluster" | "status" | "decision" | "policy"> & {
  readonly ms: number;
};

/** Requests of one caller to one service. @param second since the beginning */
export interface Flow {
  readonly caller: string;
  readonly service: string;
  readonly perSecond: (second: number) => number;
  readonly end: (second: number, random: () => number) => Ended;
}

const FLUSH_MS = 2000;
const KEPT_MS = 1_300_000;

export class World {
  readonly coordinator: SignalCoordinator;
  readonly #signals = new Signals();
  readonly #random: () => number;
  readonly #begunAt: number;
  #seq = 0;
  #flushedAt: number;

  constructor(seed: number, begunAt: number) {
    this.#random = seeded(seed);
    this.#begunAt = begunAt;
    this.#flushedAt = begunAt;
    this.coordinator = newSignalCoordinator(levelsOf(), begunAt);
  }

  /** One second of all flows, and a report when one is due. */
  pass(second: number, flows: readonly Flow[]): void {
    const at = this.#begunAt + second * 1000;
    for (const flow of flows) {
      for (let left = this.#poisson(flow.perSecond(second)); left > 0; left--) {
        this.#count(flow, flow.end(second, this.#random), at + Math.floor(this.#random() * 1000));
      }
    }
    const now = at + 1000;
    if (now - this.#flushedAt >= FLUSH_MS && this.#signals.since !== null) {
      const { since } = this.#signals;
      this.#seq += 1;
      const batch = { seq: this.#seq, from: since, to: now, rows: this.#signals.take() };
      takeReport(this.coordinator, { isolate: "one", batches: [batch], lost: [] }, now, () => null);
      this.#flushedAt = now;
      this.#forget(now);
    }
  }

  #count({ caller, service }: Flow, ended: Ended, at: number): void {
    const { met } = this.#signals;
    met.by = `${ended.endpoint} ${ended.version} ${ended.policy}`;
    met.caller = caller;
    met.service = service;
    met.route = `Service/${service}`;
    met.status = ended.status;
    met.decision = ended.decision;
    const { ms, ...labels } = ended;
    const row = this.#signals.find(met) ?? this.#signals.make(met, { ...labels, caller, service, route: met.route });
    this.#signals.count(row, ms, 1, at);
  }

  /** Ten minutes, and the ten before, are asked for. */
  #forget(now: number): void {
    const { slots, changed } = this.coordinator;
    changed.clear();
    for (const [name, { slot, level }] of slots) {
      if (slot.from + level.ms < now - KEPT_MS) {
        slots.delete(name);
      }
    }
  }

  /** Knuth's; rates are small. */
  #poisson(mean: number): number {
    const least = Math.exp(-mean);
    let count = -1;
    for (let product = 1; product > least; count++) {
      product *= this.#random();
    }
    return Math.max(0, count);
  }
}
