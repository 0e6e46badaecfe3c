// Which endpoints of a service are sent away for a while because they do worse than the others (outlier ejection, as
// Envoy documents it: consecutive failures, and a sweep that looks at success rates and shares of failures). Two things
// are adapted: failures are "in a row" within one isolate's report, or when all isolates together saw only failures;
// and the last endpoint always stays.
import type { OutlierTerms } from "../../model/snapshot/circuit.ts";

interface Host {
  ok: number;
  failed: number;
  /** Failures since the last success that anybody has reported. */
  run: number;
  /** How many times the base an ejection lasts; grows with each one, shrinks with each healthy interval. */
  backoff: number;
  ejectedUntil: number | null;
  returnedAt: number;
  /** When an isolate last named it as an endpoint of the service. */
  namedAt: number;
}

export interface Outliers {
  readonly hosts: Map<string, Host>;
  sweptAt: number;
}

/** Fewer calls in an interval than this, or fewer such endpoints, and success rates are not compared. */
const RATE_MIN_CALLS = 100;
const RATE_MIN_HOSTS = 5;
const RATE_STDEV_FACTOR = 1.9;
/** The same for the share of failures. */
const SHARE_MIN_CALLS = 50;
const SHARE_MIN_HOSTS = 5;
const UNNAMED_MS = 60_000;

export function newOutliers(now: number): Outliers {
  return { hosts: new Map(), sweptAt: now };
}

export function newHost(now: number): Host {
  return { ok: 0, failed: 0, run: 0, backoff: 0, ejectedUntil: null, returnedAt: 0, namedAt: now };
}

/** Follows the lists that isolates name; who is in none of them for a while is forgotten. */
export function followEndpoints(outliers: Outliers, endpoints: readonly string[], now: number): void {
  for (const id of endpoints) {
    const host = outliers.hosts.get(id);
    if (host !== undefined) {
      host.namedAt = now;
    } else {
      outliers.hosts.set(id, newHost(now));
    }
  }
  for (const [id, { namedAt }] of outliers.hosts) {
    if (now - namedAt > UNNAMED_MS) {
      outliers.hosts.delete(id);
    }
  }
}

/** Takes in what one isolate has seen of an endpoint; `run` are the failures at the end of it. */
export function countHost(
  outliers: Outliers,
  terms: OutlierTerms,
  id: string,
  seen: { readonly ok: number; readonly failed: number; readonly run: number },
  now: number,
): void {
  const host = outliers.hosts.get(id);
  if (host === undefined) {
    return;
  }
  host.ok += seen.ok;
  host.failed += seen.failed;
  host.run = seen.ok > 0 ? seen.run : Math.max(host.run + seen.failed, seen.run);
  if (seen.failed > 0 && host.run >= terms.consecutiveFailures) {
    eject(outliers, terms, host, now);
  }
}

/** Lets time pass: ejections end, and once an interval the endpoints are compared. */
export function sweepOutliers(outliers: Outliers, terms: OutlierTerms, now: number): void {
  for (const host of outliers.hosts.values()) {
    if (host.ejectedUntil !== null && host.ejectedUntil <= now) {
      takeBack(host, now);
    }
  }
  if (now - outliers.sweptAt < terms.intervalMs) {
    return;
  }
  outliers.sweptAt = now;
  const rates = new Map<Host, number>();
  const shares = new Map<Host, number>();
  for (const host of outliers.hosts.values()) {
    const calls = host.ok + host.failed;
    if (host.ejectedUntil === null && calls >= RATE_MIN_CALLS) {
      rates.set(host, (100 * host.ok) / calls);
    }
    if (host.ejectedUntil === null && calls >= SHARE_MIN_CALLS) {
      shares.set(host, (100 * host.failed) / calls);
    }
    if (host.ejectedUntil === null && now - host.returnedAt >= terms.intervalMs) {
      host.backoff = Math.max(0, host.backoff - 1);
    }
    host.ok = 0;
    host.failed = 0;
  }
  const threshold = successRateThreshold([...rates.values()]);
  for (const [host, rate] of rates) {
    if (threshold !== null && rate < threshold) {
      eject(outliers, terms, host, now);
    }
  }
  const failurePercent = terms.failurePercent ?? null;
  if (failurePercent === null || shares.size < SHARE_MIN_HOSTS) {
    return;
  }
  for (const [host, failed] of shares) {
    if (failed >= failurePercent) {
      eject(outliers, terms, host, now);
    }
  }
}

/** An endpoint that passed a health check is asked again before its time. */
export function pardon(outliers: Outliers, id: string, now: number): void {
  const host = outliers.hosts.get(id);
  if (host !== undefined && host.ejectedUntil !== null) {
    takeBack(host, now);
  }
}

function takeBack(host: Host, now: number): void {
  host.ejectedUntil = null;
  host.returnedAt = now;
  host.run = 0;
}

/** Below this success rate, in percent, an endpoint is an outlier; null = too few to compare. */
export function successRateThreshold(rates: readonly number[]): number | null {
  if (rates.length < RATE_MIN_HOSTS) {
    return null;
  }
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  const variance = rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / rates.length;
  return mean - RATE_STDEV_FACTOR * Math.sqrt(variance);
}

/** One may always go, however small its share would have to be, but never the last one. */
export function mayEject(ejected: number, total: number, maxEjectionPercent: number): boolean {
  if (maxEjectionPercent === 0 || ejected + 1 >= total) {
    return false;
  }
  return ejected === 0 || 100 * (ejected + 1) <= maxEjectionPercent * total;
}

function eject(outliers: Outliers, terms: OutlierTerms, host: Host, now: number): void {
  if (host.ejectedUntil !== null) {
    return;
  }
  let ejected = 0;
  for (const one of outliers.hosts.values()) {
    if (one.ejectedUntil !== null) {
      ejected += 1;
    }
  }
  if (!mayEject(ejected, outliers.hosts.size, terms.maxEjectionPercent)) {
    return;
  }
  if (host.backoff * terms.baseEjectionMs < terms.maxEjectionMs + terms.baseEjectionMs) {
    host.backoff += 1;
  }
  host.ejectedUntil = now + Math.min(terms.baseEjectionMs * host.backoff, terms.maxEjectionMs);
  host.run = 0;
}
