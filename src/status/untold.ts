// What a status does not rest on: reads that failed, and those that the reader's role is not given.
import type { MeshKnown, RuntimeRead } from "./mesh-read.ts";

export interface Untold {
  /** What could not be asked, in words. */
  readonly missing: readonly string[];
  /** What this reader is not told, by name: no fault, and none is hidden by it that they could mend. */
  readonly withheld: readonly string[];
}

export function untoldOf({ propagation }: MeshKnown, { breakers, limits, audit, tokens }: RuntimeRead): Untold {
  const failed = Object.entries({ breakers, limits, audit, tokens, propagation }).flatMap(([name, answer]) =>
    answer?.ok === false ? [{ name, ...answer.failure }] : [],
  );
  return {
    missing: failed.flatMap(({ name, status, message }) => (status === 403 ? [] : [`${name} (${message})`])),
    withheld: failed.flatMap(({ name, status }) => (status === 403 ? [name] : [])),
  };
}
