// Rollout documents → what isolates split calls by and what the controller watches, one for each service. Which weight
// is in force is no part of it. Of two for one service the younger is an error: they would pull at the same calls.
import { parseDuration } from "../model/document/field/duration.ts";
import type { DocumentOf } from "../model/document/document.ts";
import type { RolloutTerms } from "../model/snapshot/rollout.ts";
import type { ServiceKey } from "../model/snapshot/snapshot.ts";
import type { ValueMatch } from "../model/snapshot/value-match.ts";
import type { Finding } from "../model/word/finding.ts";
import { refOf, serviceKey } from "../model/word/refs.ts";
import type { DocumentIndex } from "./documents/document-index.ts";
import { keyPart } from "./documents/key-part.ts";
import { PATTERN_HINT, type Programs, type ProgramTable } from "./documents/programs.ts";

interface CompiledRollouts {
  readonly rollouts: ReadonlyMap<ServiceKey, RolloutTerms>;
  readonly findings: readonly Finding[];
}

export function compileRollouts(world: DocumentIndex, table: ProgramTable): CompiledRollouts {
  const rollouts = new Map<ServiceKey, RolloutTerms>();
  const findings: Finding[] = [];
  // The oldest first.
  for (const document of world.of("Rollout")) {
    const { namespace, name } = document.metadata;
    const ref = refOf("Rollout", namespace, name);
    const service = serviceKey(namespace, document.spec.service);
    const older = rollouts.get(service);
    if (older !== undefined) {
      const message = `The Rollout ${older.rollout} is of the service ${service} already`;
      const hint = "Change that one, or delete it first.";
      findings.push({ severity: "error", code: "SLV1220", ref, pointer: "/spec/service", message, hint });
      continue;
    }
    const programs = table.within(namespace);
    rollouts.set(service, compileRollout(document, programs));
    for (const { pointer, reason: message } of programs.takeFaults()) {
      findings.push({ severity: "error", code: "SLV1215", ref, pointer, message, hint: PATTERN_HINT });
    }
  }
  return { rollouts, findings };
}

function compileRollout({ metadata, spec }: DocumentOf<"Rollout">, programs: Programs): RolloutTerms {
  const { stable, canary, steps, analysis, sticky, match } = spec;
  const { interval, ...watched } = analysis;
  return {
    rollout: `${metadata.namespace}/${metadata.name}`,
    stable,
    canary,
    steps: rolloutSteps(steps),
    analysis: { ...watched, intervalMs: parseDuration(interval) ?? 0 },
    ...(sticky === undefined ? {} : { sticky: sticky.by.map(keyPart) }),
    ...(match.length === 0 ? {} : { match: match.map(({ headers }, at) => compileHeaders(headers, at, programs)) }),
  };
}

/** A step's `holdMs` null: it lasts until somebody promotes. */
export function rolloutSteps(steps: DocumentOf<"Rollout">["spec"]["steps"]): RolloutTerms["steps"] {
  return steps.map(({ weight, hold }) => ({ weight, holdMs: hold === undefined ? null : parseDuration(hold) }));
}

type HeaderMatch = DocumentOf<"Rollout">["spec"]["match"][number]["headers"][number];

function compileHeaders(headers: readonly HeaderMatch[], at: number, programs: Programs): ValueMatch[] {
  return headers.flatMap(({ type, name, value }, index): ValueMatch[] => {
    const lower = name.toLowerCase();
    if (type === "Exact") {
      return [{ name: lower, value, type }];
    }
    const program = programs.of(value, `/spec/match/${at}/headers/${index}/value`);
    // Reported, and with an error among the findings nothing is put in force.
    return program === null ? [] : [{ name: lower, value, type, program }];
  });
}
