// Looks an operator's secret up by its digest, without letting strangers who make secrets up work the registry.
import { beginReading, endReading, nextStep, noteUnknown } from "../../decide/identity/guessing.ts";
import { isolateState } from "../../isolate/state.ts";
import type { Refusal } from "../../model/word/problem.ts";
import type { AdminRequest } from "./identity.ts";

/** @returns null = nobody knows it */
export async function lookUpSecret<Found extends object>(
  { store, address, now }: AdminRequest,
  digest: string,
  find: () => Promise<Found | null>,
): Promise<Found | { readonly refusal: Refusal } | null> {
  const { guessing } = isolateState();
  let step = nextStep(guessing, digest, address, now);
  if (step === "read") {
    beginReading(guessing, now);
    endReading(guessing, await store.secretDigests(now).catch(() => null), Date.now());
    step = nextStep(guessing, digest, address, now);
  }
  if (step === "ask") {
    const found = await find();
    if (found === null) {
      noteUnknown(guessing, digest, address, now);
    }
    return found;
  }
  if (step === "unknown") {
    noteUnknown(guessing, digest, address, now);
  }
  return typeof step === "object" ? { refusal: tooOften(step.waitMs) } : null;
}

function tooOften(waitMs: number): Refusal {
  return {
    problem: "refusedTooOften",
    detail: "Too many credentials from this address were not known.",
    headers: { "retry-after": String(Math.max(1, Math.ceil(waitMs / 1000))) },
  };
}
