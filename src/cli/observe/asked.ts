// What the commands that look at traffic ask the API for, and how they say how old its answer is.
import type { SignalWindow } from "../../model/api/signals.ts";
import type { CliSession } from "../session/session.ts";

export interface WindowOptions {
  readonly window: string;
  readonly allNamespaces?: boolean;
}

/** Without `-n` and `-A` every namespace that the operator may see is meant: a mesh is looked at as a whole. */
export function askedWindow(
  { namespace }: CliSession,
  { window, allNamespaces }: WindowOptions,
): { readonly window: string; readonly namespace?: string } {
  return { window, ...(allNamespaces === true || namespace === null ? {} : { namespace }) };
}

export function windowNotes({ ageSeconds, partial, lost, folded, seconds }: SignalWindow): string[] {
  const age = ageSeconds === null ? "nothing was counted yet" : `newest ${Math.round(ageSeconds)} s old`;
  return [
    `last ${duration(seconds)}, ${age}`,
    ...(partial ? ["not everyone who counts could be asked: numbers may be too small"] : []),
    ...(lost > 0 ? [`${lost} requests were counted and could not be told, ever`] : []),
    ...(folded > 0 ? [`${folded} requests stand under _other`] : []),
  ];
}

function duration(seconds: number): string {
  if (seconds % 3600 === 0) {
    return `${seconds / 3600} h`;
  }
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

export const millis = (ms: number | null): string => (ms === null ? "" : ms < 1000 ? `${ms}ms` : `${ms / 1000}s`);
