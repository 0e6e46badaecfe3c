// Services with their golden signals and the word for how they do: what the answers about the mesh have in common.
import { goldenOf, partsBy, seriesOf } from "../../decide/signals/golden.ts";
import { healthWord } from "../../decide/signals/health-word.ts";
import { healthWords, type ServiceSignals } from "../../model/api/signals.ts";
import type { SignalRow } from "../../model/message/signals.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";
import { partsOfKey } from "../../model/word/refs.ts";
import type { KnownService } from "./known-services.ts";
import type { ReadSignals } from "./read-signals.ts";
import { timeText, type Asked } from "./window.ts";

const MOST_VERSIONS = 20;
const NO_ENDPOINTS = { total: 0, healthy: 0, draining: 0 };

/** Everything that the registry knows or that was called, the worst first. */
export function serviceSignals(
  asked: Asked,
  now: ReadSignals,
  before: ReadSignals,
  known: ReadonlyMap<ServiceKey, KnownService>,
): ServiceSignals[] {
  const rows = Map.groupBy(now.rows, ({ service }) => service);
  const rowsBefore = Map.groupBy(before.rows, ({ service }) => service);
  const points = Map.groupBy(now.points, ({ service }) => service);
  const keys = new Set([...known.keys(), ...rows.keys()].filter((key) => key.includes("/") && asked.covers(key)));
  const { question, windowMs } = asked;
  const one = (key: ServiceKey): ServiceSignals => {
    const those = rows.get(key) ?? [];
    const signals = goldenOf(those, windowMs);
    const facts = {
      signals,
      before: goldenOf(rowsBefore.get(key) ?? [], windowMs),
      endpoints: known.get(key)?.endpoints ?? NO_ENDPOINTS,
      broken: endedAt(those, "breaker"),
      overloaded: endedAt(those, "concurrency"),
      isKnown: !now.window.partial,
    };
    const { total, healthy } = facts.endpoints;
    return {
      ...partsOfKey(key),
      ...healthWord(facts),
      since: null,
      likely: [],
      endpoints: { total, healthy },
      signals,
      before: facts.before,
      versions: partsBy(those, ({ version }) => version, windowMs, MOST_VERSIONS),
      series: seriesOf(points.get(key) ?? [], question, timeText),
    };
  };
  return [...keys].map(one).toSorted(byUrgency);
}

const endedAt = (rows: readonly SignalRow[], decision: string): number =>
  rows.reduce((sum, row) => sum + (row.decision === decision ? row.count : 0), 0);

function byUrgency(a: ServiceSignals, b: ServiceSignals): number {
  const rank = ({ state }: ServiceSignals): number => healthWords.indexOf(state);
  const names = `${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1;
  return rank(a) - rank(b) || b.signals.requests - a.signals.requests || names;
}
