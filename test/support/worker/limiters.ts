// Coordinators of limits in memory, behind the binding that the proxy calls: what a policy's object decides, without
// its storage.
import { answerLimits, newLimitCoordinator, type LimitCoordinator } from "../../../src/decide/limit/coordinator.ts";
import { askStrictly, giveBackStrictly } from "../../../src/decide/limit/strict.ts";
import type { LimitReport, StrictAsk } from "../../../src/model/message/limit.ts";
import { NOW } from "./test-mesh.ts";

/** @param called is told of each call */
export function limitersOf(now: () => number, called: () => void) {
  const coordinators = new Map<string, LimitCoordinator>();
  const of = (policy: string): LimitCoordinator => {
    const made = coordinators.get(policy) ?? newLimitCoordinator(NOW, null);
    coordinators.set(policy, made);
    return made;
  };
  const answered = <Value>(value: Value): Promise<Value> => {
    called();
    return Promise.resolve(value);
  };
  const LIMITER = {
    getByName: (policy: string) => ({
      sync: (report: LimitReport) => answered(answerLimits(of(policy), report, now(), () => 0.5)),
      take: (ask: StrictAsk) => answered(askStrictly(of(policy), ask, now()).answer),
      giveBack: (ask: StrictAsk) => answered(void giveBackStrictly(of(policy), ask, now())),
    }),
  };
  return { LIMITER, of };
}
