// Outcomes of the last while, in ten buckets: adding and reading cost the same however many requests there were.

export interface OutcomeTally {
  readonly ok: number;
  readonly failed: number;
  /** Of all calls, those slower than the policy's threshold. */
  readonly slow: number;
}

const BUCKETS = 10;

export interface RollingWindow {
  readonly windowMs: number;
  readonly widthMs: number;
  readonly buckets: { ok: number; failed: number; slow: number; slot: number }[];
}

export function newRollingWindow(windowMs: number): RollingWindow {
  const buckets = Array.from({ length: BUCKETS }, () => ({ ok: 0, failed: 0, slow: 0, slot: -1 }));
  return { windowMs, widthMs: windowMs / BUCKETS, buckets };
}

export function addOutcomes(window: RollingWindow, tally: OutcomeTally, now: number): void {
  const slot = Math.floor(now / window.widthMs);
  const bucket = window.buckets[slot % BUCKETS];
  if (!bucket) {
    return;
  }
  if (bucket.slot !== slot) {
    Object.assign(bucket, { ok: 0, failed: 0, slow: 0, slot });
  }
  bucket.ok += tally.ok;
  bucket.failed += tally.failed;
  bucket.slow += tally.slow;
}

export function sumOutcomes(window: RollingWindow, now: number): OutcomeTally {
  const oldest = Math.floor(now / window.widthMs) - BUCKETS + 1;
  const sum = { ok: 0, failed: 0, slow: 0 };
  for (const bucket of window.buckets) {
    if (bucket.slot < oldest) {
      continue;
    }
    sum.ok += bucket.ok;
    sum.failed += bucket.failed;
    sum.slow += bucket.slow;
  }
  return sum;
}
