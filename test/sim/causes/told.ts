// What `selvage status` would say of that mesh at a moment, by the very functions that answer it.
import { causesOf, isIll } from "../../../src/control/observe/score-causes.ts";
import { serviceSignals } from "../../../src/control/observe/service-signals.ts";
import { answerSignals } from "../../../src/decide/signals/read.ts";
import type { SignalCoordinator } from "../../../src/decide/signals/coordinator.ts";
import type { MeshChange } from "../../../src/model/api/signals.ts";
import type { SignalQuestion } from "../../../src/model/message/signals.ts";
import { serviceKey } from "../../../src/model/word/refs.ts";
import { signalTroubles } from "../../../src/status/signal-troubles.ts";

const WINDOW_MS = 60_000;
const STEP_MS = 10_000;

/** Calls that documents speak of. */
const DECLARED = [{ from: { kind: "service", namespace: "shop", name: "payments" }, service: "bank/ledger" }] as never;

export function toldAt(coordinator: SignalCoordinator, changes: readonly MeshChange[], now: number) {
  const question = { from: now - WINDOW_MS, to: now, service: null, namespaces: null, stepMs: STEP_MS };
  const before = { ...question, from: now - 2 * WINDOW_MS, to: now - WINDOW_MS, stepMs: null };
  const asked = { question, before, windowMs: WINDOW_MS, covers: () => true };
  const current = read(coordinator, question, now);
  const services = serviceSignals(asked, current, read(coordinator, before, now), new Map());
  if (!services.some(isIll)) {
    return [];
  }
  const known = changes.filter(({ at }) => Date.parse(at) < now);
  const causes = causesOf(asked, services, current.rows, known, { declared: DECLARED, seeming: new Map() });
  return signalTroubles(
    services.map((one) => Object.assign(one, causes.get(serviceKey(one.namespace, one.name)))),
    now,
  );
}

function read(coordinator: SignalCoordinator, question: SignalQuestion, now: number) {
  const [level] = coordinator.levels;
  if (level === undefined) {
    throw new Error("no level");
  }
  const slots = [...coordinator.slots.values()].flatMap((one) => (one.level.name === level.name ? [one.slot] : []));
  const { rows, points, lost, folded, heardAt } = answerSignals(coordinator, question, level, slots, now);
  const text = (at: number): string => new Date(at).toISOString();
  const window = {
    from: text(question.from),
    to: text(question.to),
    seconds: WINDOW_MS / 1000,
    resolutionSeconds: 10,
    asOf: heardAt === null ? null : text(heardAt),
    ageSeconds: heardAt === null ? null : (now - heardAt) / 1000,
    countedSince: null,
    lost,
    folded,
    partial: false,
  };
  return { rows, points, window };
}
