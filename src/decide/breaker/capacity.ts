// What the coordinator of a service lends to isolates beside its verdicts: slots of concurrency and retries of the
// fleet's allowance, each under the policy that says how many there are.
import type { BreakerReply, BreakerReport } from "../../model/message/breaker.ts";
import { answerRetries, newAllowance, type Allowance } from "../retry/coordinator.ts";
import { answerSlots, newSlotCoordinator, type SlotCoordinator } from "../concurrency/coordinator.ts";

/** By policy. */
export interface CapacityCoordinator {
  readonly slots: Map<string, SlotCoordinator>;
  readonly retries: Map<string, Allowance>;
}

const MAX_POLICIES = 1000;

export function newCapacityCoordinator(): CapacityCoordinator {
  return { slots: new Map(), retries: new Map() };
}

/** What of the answer to one report is about capacity. */
export function answerCapacity(
  coordinator: CapacityCoordinator,
  { isolate, policies }: BreakerReport,
  nextSyncMs: number,
  now: number,
): Pick<BreakerReply, "slots" | "retries"> {
  const slots = policies.flatMap(({ policy, slots: report }) =>
    report ? [answerSlots(slotsOf(coordinator, policy), { isolate, policy, report }, nextSyncMs, now)] : [],
  );
  const retries = policies.flatMap(({ policy, retries: report }) => {
    if (!report) {
      return [];
    }
    const allowance = made(coordinator.retries, policy, () => newAllowance(report.terms, now));
    return [answerRetries(allowance, { isolate, policy, report }, nextSyncMs, now)];
  });
  return { ...(slots.length === 0 ? {} : { slots }), ...(retries.length === 0 ? {} : { retries }) };
}

export function slotsOf({ slots }: CapacityCoordinator, policy: string): SlotCoordinator {
  return made(slots, policy, newSlotCoordinator);
}

/** Somebody has less than it could use: the others should soon say what they can spare. */
export function isContended({ slots }: CapacityCoordinator, now: number): boolean {
  for (const { contendedUntil } of slots.values()) {
    if (now < contendedUntil) {
      return true;
    }
  }
  return false;
}

/** Policies come and go; the one that has been there longest is forgotten, and starts anew if it is still in use. */
function made<One>(map: Map<string, One>, policy: string, make: () => One): One {
  const known = map.get(policy);
  if (known !== undefined) {
    return known;
  }
  const oldest = map.size >= MAX_POLICIES ? map.keys().next().value : undefined;
  if (oldest !== undefined) {
    map.delete(oldest);
  }
  const fresh = make();
  map.set(policy, fresh);
  return fresh;
}
