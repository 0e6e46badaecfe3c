// FaultPolicies → what the data plane puts into traffic. One that a rule names in an extensionRef holds for that rule;
// otherwise the one attached to the most specific target holds whole: rule › route › service › gateway › mesh.
import type { DocumentOf } from "../../model/document/document.ts";
import { parseDuration } from "../../model/document/field/duration.ts";
import type { Finding } from "../../model/word/finding.ts";
import { refOf, serviceKey } from "../../model/word/refs.ts";
import type { Fault, ServiceKey, ValueMatch } from "../../model/snapshot/snapshot.ts";
import { holdersOf, type Conflicts } from "./policies.ts";
import type { Programs, ProgramTable } from "../documents/programs.ts";
import type { DocumentIndex } from "../documents/document-index.ts";

export interface Faults {
  /** By `"<namespace>/<name>"`, attached or not. */
  readonly named: (key: string) => Fault | null;
  readonly rule: (namespace: string, route: string, rule: string) => Fault | undefined;
  readonly service: (key: ServiceKey) => Fault | undefined;
  readonly gateway: (key: string) => Fault | undefined;
  readonly mesh: Fault | undefined;
  /** As `Policies.losers`. */
  readonly losers: Conflicts;
  readonly findings: readonly Finding[];
}

export function compileFaults(world: DocumentIndex, table: ProgramTable): Faults {
  const findings: Finding[] = [];
  const faults = new Map<string, Fault>();
  for (const [key, policy] of world.faultPolicies) {
    const programs = table.within(policy.metadata.namespace);
    faults.set(key, compileFault(policy, programs));
    findings.push(...patternFindings(policy, programs));
  }
  const { holders, losers: conflicts } = holdersOf([...world.faultPolicies.values()]);
  const on = (target: string): Fault | undefined => {
    const holder = holders.get(target);
    return holder === undefined ? undefined : faults.get(serviceKey(holder.metadata.namespace, holder.metadata.name));
  };
  return {
    named: (key) => faults.get(key) ?? null,
    rule: (namespace, route, rule) =>
      on(`HTTPRoute/${namespace}/${route}#${rule}`) ?? on(`HTTPRoute/${namespace}/${route}`),
    service: (key) => on(`Service/${key}`),
    gateway: (key) => on(`Gateway/${key}`),
    mesh: on("Mesh"),
    losers: conflicts,
    findings,
  };
}

function compileFault({ metadata, spec }: DocumentOf<"FaultPolicy">, programs: Programs): Fault {
  const { delay, abort, match } = spec;
  return {
    policy: `${metadata.namespace}/${metadata.name}`,
    delay: delay === undefined ? null : { ms: parseDuration(delay.duration) ?? 0, percentage: delay.percentage },
    abort: abort === undefined ? null : { status: abort.status, percentage: abort.percentage },
    headers: (match?.headers ?? []).flatMap(({ type, name, value }, index): ValueMatch[] => {
      const lower = name.toLowerCase();
      if (type === "Exact") return [{ name: lower, value, type }];
      const program = programs.of(value, `/spec/match/headers/${index}/value`);
      // Reported, and with an error among the findings nothing is put in force.
      return program === null ? [] : [{ name: lower, value, type, program }];
    }),
  };
}

function patternFindings({ kind, metadata }: DocumentOf<"FaultPolicy">, programs: Programs): Finding[] {
  const ref = refOf(kind, metadata.namespace, metadata.name);
  return programs.takeFaults().map(({ pointer, reason }) => {
    const hint = "Patterns are RE2 and must match the whole value; look-around and back-references do not exist.";
    return { severity: "error", code: "SLV1215", ref, pointer, message: reason, hint };
  });
}
