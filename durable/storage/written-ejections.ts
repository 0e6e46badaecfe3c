// What the object of a service has concluded about outliers, written down: who is out until when, and how long the next
// ejection of those that were out would be. Counts are not kept. A row is written when one of the two changes.
import type { BreakerCoordinator } from "../../src/decide/breaker/coordinator.ts";
import { newHost, newOutliers } from "../../src/decide/breaker/outlier.ts";
import type { OutlierTerms } from "../../src/model/snapshot/circuit.ts";

const PREFIX = "ejected:";

interface Row {
  readonly policy: string;
  readonly endpoint: string;
  readonly terms: OutlierTerms;
  readonly ejectedUntil: number | null;
  readonly backoff: number;
}

export class WrittenEjections {
  readonly #kv: SyncKvStorage;
  /** What is written under each name. */
  readonly #written = new Map<string, string>();

  constructor(kv: SyncKvStorage) {
    this.#kv = kv;
  }

  /** Takes up what an earlier life of the object has written. */
  restore(coordinator: BreakerCoordinator, now: number): void {
    for (const [name, { policy, endpoint, terms, ejectedUntil, backoff }] of this.#kv.list<Row>({ prefix: PREFIX })) {
      const one = coordinator.ejecting.get(policy) ?? { terms, outliers: newOutliers(now) };
      coordinator.ejecting.set(policy, one);
      one.outliers.hosts.set(endpoint, { ...newHost(now), ejectedUntil, backoff });
      this.#written.set(name, digest(ejectedUntil, backoff));
    }
  }

  /** To be called after everything that may have ejected somebody. @returns who has been ejected since the last time */
  write(coordinator: BreakerCoordinator): { readonly policy: string; readonly endpoint: string }[] {
    const ejected: { readonly policy: string; readonly endpoint: string }[] = [];
    const kept = new Set<string>();
    for (const [policy, { terms, outliers }] of coordinator.ejecting) {
      for (const [endpoint, { ejectedUntil, backoff }] of outliers.hosts) {
        if (ejectedUntil === null && backoff === 0) {
          continue;
        }
        const name = `${PREFIX}${policy} ${endpoint}`;
        kept.add(name);
        if (this.#written.get(name) === digest(ejectedUntil, backoff)) {
          continue;
        }
        this.#written.set(name, digest(ejectedUntil, backoff));
        if (ejectedUntil !== null) {
          ejected.push({ policy, endpoint });
        }
        this.#kv.put<Row>(name, { policy, endpoint, terms, ejectedUntil, backoff });
      }
    }
    for (const name of this.#written.keys()) {
      if (kept.has(name)) {
        continue;
      }
      this.#written.delete(name);
      this.#kv.delete(name);
    }
    return ejected;
  }
}

const digest = (ejectedUntil: number | null, backoff: number): string => `${ejectedUntil} ${backoff}`;
