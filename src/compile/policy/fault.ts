// FaultPolicy: delays and errors put into traffic. One that a rule names in an extensionRef holds for that rule;
// otherwise the one attached to the most specific target holds.
import { parseDuration } from "../../model/document/field/duration.ts";
import type { Fault } from "../../model/snapshot/fault.ts";
import type { ValueMatch } from "../../model/snapshot/value-match.ts";
import { PATTERN_HINT, type Programs } from "../documents/programs.ts";
import type { KindOf, PolicyOf } from "./kind.ts";

export const fault: KindOf<"FaultPolicy", "fault"> = {
  kind: "FaultPolicy",
  table: "fault",
  attaches: "calls",
  mode: "most-specific-wins",
  detached: "The policy holds where a route's extensionRef names it",
  compile: (policy, { programs: table }, report) => {
    const programs = table.within(policy.metadata.namespace);
    const compiled = compileFault(policy, programs);
    for (const { pointer, reason } of programs.takeFaults()) {
      report({ severity: "error", code: "SLV1215", pointer, message: reason, hint: PATTERN_HINT });
    }
    return [compiled];
  },
};

function compileFault({ metadata, spec }: PolicyOf<"FaultPolicy">, programs: Programs): Fault {
  const { delay, abort, match } = spec;
  return {
    policy: `${metadata.namespace}/${metadata.name}`,
    delay: delay === undefined ? null : { ms: parseDuration(delay.duration) ?? 0, percentage: delay.percentage },
    abort: abort === undefined ? null : { status: abort.status, percentage: abort.percentage },
    headers: (match?.headers ?? []).flatMap(({ type, name, value }, index): ValueMatch[] => {
      const lower = name.toLowerCase();
      if (type === "Exact") {
        return [{ name: lower, value, type }];
      }
      const program = programs.of(value, `/spec/match/headers/${index}/value`);
      // Reported, and with an error among the findings nothing is put in force.
      return program === null ? [] : [{ name: lower, value, type, program }];
    }),
  };
}
