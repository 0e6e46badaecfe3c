// Conditions of `status`: what the compiler found, with the time since when it is so. The time is the previous status's
// while the condition's `status` does not change (Kubernetes API conventions).
import type { Condition, GatewayStatus, RouteStatus, Status } from "../../model/registry/status.ts";

/** A condition before it has a time and a generation. */
export interface Draft {
  readonly type: string;
  readonly status: boolean;
  readonly reason: string;
  readonly message: string;
}

/** Generation and time that the conditions of one document are stamped with. */
export interface Stamp {
  readonly generation: number;
  /** RFC 3339. */
  readonly now: string;
}

export function draft(type: string, status: boolean, reason: string, message: string): Draft {
  return { type, status, reason, message };
}

/** Gives drafts their generation and time. */
export function stamp(
  drafts: readonly Draft[],
  previous: readonly Condition[],
  { generation, now }: Stamp,
): Condition[] {
  return drafts.map(({ type, status, reason, message }) => {
    const word = status ? "True" : "False";
    const before = previous.find((condition) => condition.type === type && condition.status === word);
    return {
      type,
      status: word,
      reason,
      message,
      observedGeneration: generation,
      lastTransitionTime: before?.lastTransitionTime ?? now,
    };
  });
}

/** The conditions of a previous status that is neither a route's nor a Gateway's. */
export function previousConditions(status: Status | undefined): readonly Condition[] {
  return status !== undefined && "conditions" in status ? status.conditions : [];
}

export function previousListeners(status: Status | undefined): GatewayStatus["listeners"] {
  return status !== undefined && "listeners" in status ? status.listeners : [];
}

/** A route's previous conditions towards one parent. */
export function previousParent(
  status: Status | undefined,
  parentRef: RouteStatus["parents"][number]["parentRef"],
): readonly Condition[] {
  if (status === undefined || !("parents" in status)) {
    return [];
  }
  const key = parentKey(parentRef);
  return status.parents.find((parent) => parentKey(parent.parentRef) === key)?.conditions ?? [];
}

function parentKey(ref: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(
    ["group", "kind", "namespace", "name", "sectionName", "port"].map((field) => ref[field] ?? null),
  );
}
