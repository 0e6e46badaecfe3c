// Services with their golden signals and the word for how they do: what the answers about the mesh have in common.
import { goldenOf, partsBy, seriesOf } from "../../decide/signals/golden.ts";
import { healthWord } from "../../decide/signals/health-word.ts";
import { healthWords, type ServiceSignals, type SignalWindow } from "../../model/api/signals.ts";
import type { SignalAnswer, SignalQuestion } from "../../model/message/signals.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";
import { countedMs } from "./window.ts";
import { partsOfKey } from "../../model/word/refs.ts";

interface Asked {
  readonly question: SignalQuestion & { readonly stepMs: number };
  readonly covers: (service: ServiceKey) => boolean;
}

type Rows = SignalAnswer["rows"];

interface ReadSignals extends Pick<SignalAnswer, "rows" | "points"> {
  readonly window: SignalWindow;
}

interface Known {
  readonly endpoints: { readonly total: number; readonly healthy: number; readonly draining: number };
}

const timeText = (at: number): string => new Date(at).toISOString();

const MOST_VERSIONS = 20;
const NO_ENDPOINTS = { total: 0, healthy: 0, draining: 0 };

/** Everything that the registry knows or that was called, the worst first. */
export function serviceSignals(
  asked: Asked,
  now: ReadSignals,
  before: ReadSignals,
  known: ReadonlyMap<ServiceKey, Known>,
): ServiceSignals[] {
  const rows = Map.groupBy(now.rows, ({ service }) => service);
  const rowsBefore = Map.groupBy(before.rows, ({ service }) => service);
  const points = Map.groupBy(now.points, ({ service }) => service);
  const keys = new Set([...known.keys(), ...rows.keys()].filter((key) => key.includes("/") && asked.covers(key)));
  const { question } = asked;
  const ms = countedMs(now.window);
  const msBefore = countedMs(before.window);
  const unknown = unknownOf(asked, now);
  const one = (key: ServiceKey): ServiceSignals => {
    const those = rows.get(key) ?? [];
    const signals = goldenOf(those, ms);
    const series = seriesOf(points.get(key) ?? [], question, timeText);
    const facts = {
      signals,
      series,
      before: goldenOf(rowsBefore.get(key) ?? [], msBefore),
      endpoints: known.get(key)?.endpoints ?? NO_ENDPOINTS,
      broken: endedAt(those, "breaker"),
      overloaded: endedAt(those, "concurrency"),
      unknown: signals.requests === 0 && !now.window.partial ? null : unknown,
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
      versions: partsBy(those, ({ version }) => version, ms, MOST_VERSIONS),
      series,
    };
  };
  return [...keys].map(one).toSorted(byUrgency);
}

/** Isolates tell of what they counted within seconds. */
const OLD_S = 30;
const MISSING_SHARE = 0.05;

/** Why nothing can be said of what is counted; null = it can. What is long past may be old. */
function unknownOf({ question: { to } }: Asked, { rows, window }: ReadSignals): string | null {
  const { partial, lost, asOf, ageSeconds } = window;
  if (partial) {
    return "not everyone who counts its requests could be asked";
  }
  const counted = rows.reduce((sum, { count }) => sum + count, 0);
  if (lost > MISSING_SHARE * (counted + lost)) {
    return `${lost} requests are known to be missing from what was counted`;
  }
  const isOld = ageSeconds !== null && asOf !== null && ageSeconds > OLD_S && to - Date.parse(asOf) > OLD_S * 1000;
  return isOld
    ? `nothing was told for ${Math.round(ageSeconds)} s: no request has ended, or isolates cannot report`
    : null;
}

const endedAt = (rows: Rows, decision: string): number =>
  rows.reduce((sum, row) => sum + (row.decision === decision ? row.count : 0), 0);

function byUrgency(a: ServiceSignals, b: ServiceSignals): number {
  const rank = ({ state }: ServiceSignals): number => healthWords.indexOf(state);
  const names = `${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1;
  return rank(a) - rank(b) || b.signals.requests - a.signals.requests || names;
}
