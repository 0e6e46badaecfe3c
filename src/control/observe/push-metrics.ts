// Metrics pushed to the operator's collector each minute, where OTLP_METRICS asks for it: the same that
// `/_selvage/metrics` has.
import type { Env } from "../../env/env.ts";
import { settingsOf } from "../../env/settings.ts";
import { METRICS, metricParts } from "../../observe/export/metrics.ts";
import { exportItems, newExporting, type Collecting, type Exporting } from "../../observe/export/send.ts";
import { allMetrics } from "./families.ts";

type Waiting = Exporting<ReturnType<typeof metricParts>[number]>;

const held: Waiting = newExporting();

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const OWN = { now: Date.now, random: Math.random, sleep, fetch: (url: string, init: RequestInit) => fetch(url, init) };

/** Never rejects. */
export async function pushMetrics(
  env: Env,
  ports: Pick<Collecting, "now" | "random" | "sleep" | "fetch"> = OWN,
  exporting: Waiting = held,
): Promise<void> {
  const { otlp, trustDomain } = settingsOf(env);
  if (otlp?.metrics !== true) {
    return;
  }
  try {
    const { families, since } = await allMetrics(env);
    const now = ports.now();
    await exportItems(exporting, metricParts(families, since ?? now, now), METRICS, {
      ...otlp,
      ...ports,
      mesh: trustDomain,
    });
  } catch (error) {
    // The registry cannot be asked: the next minute tells all of it.
    reportError(error);
  }
}
