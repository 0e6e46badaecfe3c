// The leases of the registered endpoints of one cluster. Heartbeats end here, without a write; when a lease runs out,
// the alarm has the registry remove the endpoint. The registry says which endpoints exist; this object, which are
// alive.
import { DurableObject } from "cloudflare:workers";
import { granted, renewed, restored, type EndpointLease } from "../src/decide/fleet/presence.ts";
import type { PresenceObject } from "../src/model/message/objects.ts";
import type { LeaseGrant, Renewal } from "../src/model/message/propagation.ts";

const PREFIX = "lease:";
/** When the registry could not be reached: the endpoints stay, and it is asked again. */
const RETRY_MS = 5000;
/** Leases younger than this may be unknown to a list that the registry made a moment ago. */
const SETTLING_MS = 60_000;

interface Held extends EndpointLease {
  readonly grantedAt: number;
}

export class Presence extends DurableObject implements PresenceObject {
  readonly #leases = this.#restore(Date.now());

  /** Starts the lease of a registration; one of the same key is replaced. */
  async grant(grants: readonly LeaseGrant[]): Promise<Renewal[]> {
    const now = Date.now();
    for (const { key, lease, ttlMs } of grants) {
      this.#keep(key, { ...granted(lease, ttlMs, now), grantedAt: now });
    }
    await this.#wake();
    return grants.map(({ key, ttlMs }) => ({ key, expiresAt: now + ttlMs }));
  }

  /** Heartbeats. A key without a lease, or whose lease ran out, is to be registered again. */
  renew(keys: readonly string[]): Renewal[] {
    const now = Date.now();
    return keys.map((key) => {
      const held = this.#leases.get(key);
      const lease = held === undefined ? null : renewed(held, now);
      if (held === undefined || lease === null) {
        return { key, expiresAt: null };
      }
      const next = { ...held, ...lease };
      if (held.graced) {
        this.#keep(key, next);
      } else {
        this.#leases.set(key, next);
      }
      return { key, expiresAt: next.expiresAt };
    });
  }

  /** Ends a lease without more ado: its endpoint was deleted. */
  drop(key: string): void {
    this.#leases.delete(key);
    this.ctx.storage.kv.delete(PREFIX + key);
  }

  /**
   * Makes the leases fit the registry's list of this cluster: one that is missing here starts now, one that is unknown
   * there ends. It mends what a crash between the two left behind.
   */
  async reconcile(registered: readonly LeaseGrant[]): Promise<{ started: number; ended: number }> {
    const now = Date.now();
    const known = new Set(registered.map(({ key }) => key));
    const settled = (held: Held): boolean => now - held.grantedAt > SETTLING_MS;
    const strange = [...this.#leases].filter(([key, held]) => !known.has(key) && settled(held));
    for (const [key] of strange) {
      this.drop(key);
    }
    const missing = registered.filter(({ key, lease }) => {
      const held = this.#leases.get(key);
      return held === undefined || (held.lease !== lease && settled(held));
    });
    if (missing.length > 0) {
      await this.grant(missing);
    }
    return { started: missing.length, ended: strange.length };
  }

  override async alarm(): Promise<void> {
    const now = Date.now();
    const expired = [...this.#leases].filter(([, { expiresAt }]) => expiresAt <= now);
    if (expired.length > 0 && !(await this.#remove(expired))) {
      await this.ctx.storage.setAlarm(now + RETRY_MS);
      return;
    }
    // A registration that came in while the registry was asked has another lease, and keeps it.
    for (const [key, { lease }] of expired) {
      if (this.#leases.get(key)?.lease === lease) {
        this.drop(key);
      }
    }
    await this.#wake();
  }

  #restore(now: number): Map<string, Held> {
    const leases = new Map<string, Held>();
    for (const [name, stored] of this.ctx.storage.kv.list<Held>({ prefix: PREFIX })) {
      const held = { ...stored, ...restored(stored, now) };
      if (held.graced !== stored.graced) {
        this.ctx.storage.kv.put(name, held);
      }
      leases.set(name.slice(PREFIX.length), held);
    }
    return leases;
  }

  async #remove(expired: readonly (readonly [string, Held])[]): Promise<boolean> {
    try {
      const gone = expired.map(([key, { lease }]) => ({ key, lease }));
      return await this.ctx.exports.Registry.expire(gone);
    } catch {
      return false; // Asked again after RETRY_MS; until then the endpoints stay.
    }
  }

  #keep(key: string, held: Held): void {
    this.#leases.set(key, held);
    this.ctx.storage.kv.put(PREFIX + key, held);
  }

  /** Sets the alarm to the earliest end. A renewed lease leaves it where it is: it fires early once and moves on. */
  async #wake(): Promise<void> {
    let first = Infinity;
    for (const { expiresAt } of this.#leases.values()) {
      first = Math.min(first, expiresAt);
    }
    const alarm = await this.ctx.storage.getAlarm();
    if (first !== Infinity && (alarm === null || first < alarm)) {
      await this.ctx.storage.setAlarm(first);
    }
  }
}
