// What `selvage status` would say of that mesh at a moment, by the very functions that answer it.
import { causesOf, isIll } from "../../../src/control/observe/score-causes.ts";
import { askedOf } from "../../../src/control/observe/window.ts";
import type { Operator } from "../../../src/control/operator/operator.ts";
import { serviceSignals } from "../../../src/control/observe/service-signals.ts";
import { answerSignals } from "../../../src/decide/signals/read.ts";
import type { SignalCoordinator } from "../../../src/decide/signals/coordinator.ts";
import type { MeshChange, ServiceSignals } from "../../../src/model/api/signals.ts";
import type { SignalQuestion } from "../../../src/model/message/signals.ts";
import { serviceKey } from "../../../src/model/word/refs.ts";
import { seenLonger, signalTroubles } from "../../../src/status/signal-troubles.ts";

/** Calls that documents speak of. */
const DECLARED = [{ from: { kind: "service", namespace: "shop", name: "payments" }, service: "bank/ledger" }] as never;

export function toldAt(coordinator: SignalCoordinator, changes: readonly MeshChange[], now: number) {
  const known = changes.filter(({ at }) => Date.parse(at) < now);
  const minute = statsOf(coordinator, known, now, "1m");
  // What ten minutes alone see is a key that has ended.
  if (!minute.some(isIll) && !known.some(({ kind }) => kind === "key")) {
    return [];
  }
  return signalTroubles(seenLonger(minute, { services: statsOf(coordinator, known, now, "10m") }), now);
}

/** As `GET /stats` answers. */
function statsOf(
  coordinator: SignalCoordinator,
  changes: readonly MeshChange[],
  now: number,
  window: string,
): ServiceSignals[] {
  const asked = askedOf({ window }, { namespaces: null } as Operator, now);
  if ("problem" in asked) {
    throw new Error(asked.problem);
  }
  const current = read(coordinator, asked.question, now);
  const { rows: before, ...past } = read(coordinator, asked.before, now);
  const services = serviceSignals(asked, current, { rows: before, ...past }, new Map());
  const counted = { rows: current.rows, before, countedSince: current.window.countedSince };
  const causes = causesOf(asked, services, counted, changes, { declared: DECLARED, seeming: new Map() });
  return services.map((one) => Object.assign(one, causes.get(serviceKey(one.namespace, one.name))));
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
    seconds: (question.to - question.from) / 1000,
    resolutionSeconds: 10,
    asOf: heardAt === null ? null : text(heardAt),
    ageSeconds: heardAt === null ? null : (now - heardAt) / 1000,
    countedSince: coordinator.since === null ? null : text(coordinator.since),
    lost,
    folded,
    partial: false,
  };
  return { rows, points, window };
}
