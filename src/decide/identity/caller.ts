// What follows from who calls: by which names policies know the caller, which namespace it speaks for, and which word
// tells it apart from others.
import type { Caller } from "../../model/snapshot/caller.ts";

/** Nothing was proven. */
export const ANONYMOUS: Caller = { workload: null, application: null, user: null, claims: {}, expiresAtMs: null };

export function isProven({ workload, application, user }: Caller): boolean {
  return workload !== null || application !== null || user !== null;
}

/** Of the workload, else of the application; an end user speaks for no namespace. */
export function namespaceOf({ workload, application }: Caller): string | null {
  return workload?.namespace ?? application?.namespace ?? null;
}

/** Application › workload; null = neither was proven. */
export function clientOf({ application, workload }: Caller): string | null {
  return application?.principal ?? workload?.principal ?? null;
}

/** What a service is told in `selvage-source`. */
export function sourceOf(caller: Caller): string {
  return caller.workload?.principal ?? caller.application?.principal ?? "anonymous";
}

/**
 * A claim as one text, for keys: a list is joined by spaces, anything else that is not plain is empty; null = absent.
 */
export function claimText({ claims }: Caller, name: string): string | null {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  if (value === undefined || value === null) {
    return null;
  }
  if (Array.isArray(value)) {
    return value.filter((one) => typeof one === "string").join(" ");
  }
  return typeof value === "object" ? "" : String(value);
}
