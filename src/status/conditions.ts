// The conditions inside a resource's status, whichever of the three shapes it has (route, gateway, plain).
import type { Condition } from "../model/registry/status.ts";
import { isRecord } from "../model/word/record.ts";

interface Told extends Condition {
  /** What it is about when not the resource itself: a parent of a route, a listener of a gateway. */
  readonly about: string | null;
}

export function conditionsOf(status: Readonly<Record<string, unknown>> | null): readonly Told[] {
  if (status === null) {
    return [];
  }
  const parents = records(status.parents).flatMap((parent) =>
    conditions(parent.conditions, `parent ${nameOf(parent.parentRef)}`),
  );
  const listeners = records(status.listeners).flatMap((listener) =>
    conditions(listener.conditions, `listener ${String(listener.name)}`),
  );
  return [...conditions(status.conditions, null), ...parents, ...listeners];
}

/** Conditions whose `False` means that the document does not do what it says. */
const mustBeTrue = new Set(["Accepted", "ResolvedRefs", "Programmed"]);

/** Those that say something is wrong. */
export function faultsOf(status: Readonly<Record<string, unknown>> | null): readonly Told[] {
  return conditionsOf(status).filter(({ type, status }) => mustBeTrue.has(type) && status === "False");
}

function conditions(value: unknown, about: string | null): Told[] {
  return records(value).map((one) => ({
    type: String(one.type),
    status: one.status === "True" || one.status === "False" ? one.status : "Unknown",
    reason: String(one.reason),
    message: String(one.message),
    observedGeneration: Number(one.observedGeneration),
    lastTransitionTime: String(one.lastTransitionTime),
    about,
  }));
}

function nameOf(parentRef: unknown): string {
  if (!isRecord(parentRef)) {
    return "?";
  }
  const section = typeof parentRef.sectionName === "string" ? `/${parentRef.sectionName}` : "";
  return `${String(parentRef.name)}${section}`;
}

/** The objects of a list; anything else is left out. */
export const records = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.filter((one) => isRecord(one)) : [];
