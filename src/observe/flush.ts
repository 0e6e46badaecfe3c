// When what an isolate has counted leaves it: behind an answer, a moment after the first request that there is
// something to tell about. No request waits for it, and an object that does not answer changes none.
import { objectName } from "../decide/signals/objects.ts";
import type { TelemetryObject } from "../model/message/objects.ts";
import { writeSignals, type Dataset } from "./analytics.ts";
import { Outbox } from "./outbox.ts";
import { Signals } from "./signals.ts";

/** What an isolate counts, and what of it is on its way. */
export interface Observing {
  readonly signals: Signals;
  readonly outbox: Outbox;
  /** Until then somebody waits to send; past it, that request was cancelled. */
  waitsUntil: number;
}

interface Around {
  readonly telemetry: { getByName(name: string): Pick<TelemetryObject, "take"> };
  /** Among how many objects services are divided. */
  readonly objects: number;
  /** Absent = it is told to nobody else. */
  readonly analytics?: Dataset | undefined;
  readonly ctx: { waitUntil(work: Promise<unknown>): void };
  readonly ports: { now(): number; sleep(ms: number): Promise<void> };
}

/** A wait that is so much over its time is not one any more. */
const GRACE_MS = 1000;

export const newObserving = (): Observing => ({
  signals: new Signals(),
  outbox: new Outbox(),
  waitsUntil: Number.NEGATIVE_INFINITY,
});

/** @param isolate its id */
export function flushSoon(observing: Observing, isolate: string, around: Around, now: number): void {
  const ms = observing.outbox.intervalMs;
  observing.waitsUntil = now + ms + GRACE_MS;
  around.ctx.waitUntil(
    around.ports.sleep(ms).then(() => {
      observing.waitsUntil = Number.NEGATIVE_INFINITY;
      return flush(observing, isolate, around);
    }),
  );
}

/** Sends all there is. Never rejects. */
async function flush({ signals, outbox }: Observing, isolate: string, around: Around): Promise<void> {
  const now = around.ports.now();
  if (signals.since !== null) {
    const { since } = signals;
    const rows = signals.take();
    outbox.put(rows, since, now, around.objects);
    if (around.analytics !== undefined) {
      writeSignals(around.analytics, rows);
    }
  }
  await Promise.all(outbox.due(now).map((group) => tell(outbox, group, isolate, around)));
}

async function tell(outbox: Outbox, group: number, isolate: string, { telemetry, ports }: Around): Promise<void> {
  const report = outbox.send(group, isolate, ports.now());
  try {
    const name = objectName(group, isolate, outbox.spreadOf(group));
    outbox.answered(group, report, await telemetry.getByName(name).take(report));
  } catch {
    // It is sent again with the next.
    outbox.failed(group);
  }
}
