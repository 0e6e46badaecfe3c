// What could not be asked: whether something is wrong there nobody knows, which is not the same as that nothing is.
import type { ApiAnswer } from "../cli/session/client.ts";
import type { MeshKnown, RuntimeRead } from "./mesh-read.ts";
import type { Trouble } from "./trouble.ts";

export interface Unasked {
  /** With why, in words: the mesh failed to answer, or answered with a part of it. */
  readonly missing: readonly string[];
  /** By name: what this reader's role is not told. No fault, and none that they could mend. */
  readonly withheld: readonly string[];
}

export function unaskedOf({ propagation }: MeshKnown, runtime: RuntimeRead): Unasked {
  const { breakers, limits, audit, tokens, stats, longer, rollouts, credentials } = runtime;
  const reads = { breakers, limits, audit, tokens, propagation, stats, "stats of ten minutes": longer, rollouts };
  const failed = [
    ...Object.entries(reads),
    ...credentials.map((answer) => ["credentials", answer] as const).filter(([, { ok }]) => !ok),
  ].flatMap(([name, answer]) => failureOf(name, answer));
  const isPartial = stats.ok && stats.value.window.partial;
  return {
    missing: [
      ...new Set(failed.flatMap(({ name, status, message }) => (status === 403 ? [] : [`${name} (${message})`]))),
      ...(isPartial ? ["stats (not everyone who counts requests answered)"] : []),
    ],
    withheld: [...new Set(failed.flatMap(({ name, status }) => (status === 403 ? [name] : [])))],
  };
}

/** A mesh of an earlier release has no such call, and a document that has just gone has no answer. */
function failureOf(name: string, answer: ApiAnswer<unknown> | null) {
  return answer === null || answer.ok || answer.failure.status === 404 ? [] : [{ name, ...answer.failure }];
}

export function unaskedTroubles({ missing }: Unasked): Trouble[] {
  return missing.length === 0
    ? []
    : [
        {
          severity: "degraded",
          ref: null,
          message: `not all could be asked, and what is wrong there is not known: ${missing.join("; ")}`,
          since: null,
          command: "selvage check",
        },
      ];
}
