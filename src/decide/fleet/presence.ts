// The lease of one registered endpoint. Renewals live in memory only: writing each heartbeat down would make storage
// the cost of the mesh. So after a restart a stored lease is too old by an unknown number of renewals, and gets one
// full ttl of grace, once: a live endpoint is heard from within it, a dead one goes at its end, however often the
// object restarts.

export interface EndpointLease {
  /** Which registration it is for. */
  readonly lease: string;
  readonly ttlMs: number;
  readonly expiresAt: number;
  /** The grace after a restart was given, and no heartbeat has been heard since. */
  readonly graced: boolean;
}

/** A registration's first lease. */
export function granted(lease: string, ttlMs: number, now: number): EndpointLease {
  return { lease, ttlMs, expiresAt: now + ttlMs, graced: false };
}

/** After a heartbeat; null = it ran out before. A change of `graced` must be stored, or the next restart expires it. */
export function renewed(lease: EndpointLease, now: number): EndpointLease | null {
  return now >= lease.expiresAt ? null : { ...lease, expiresAt: now + lease.ttlMs, graced: false };
}

/** As it is taken up again from storage. */
export function restored(stored: EndpointLease, now: number): EndpointLease {
  if (stored.graced) {
    return stored;
  }
  return { ...stored, expiresAt: Math.max(stored.expiresAt, now + stored.ttlMs), graced: true };
}
