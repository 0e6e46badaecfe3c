// Rollouts of Argo → Rollouts of the mesh, and the exact list of what is lost on the way. Pods stay with the platform
// that runs them: what a Rollout says of those is noted.
import type { Imported } from "../source/import-note.ts";
import { importRollouts } from "../rollout/import-rollouts.ts";
import { tellTemplate } from "./analysis-template.ts";
import { translateRollout } from "./argo-rollout.ts";
import { surveyArgo, type ArgoSurroundings } from "./routed-service.ts";

const GROUP = "argoproj.io/";
const TAKEN = "argoproj.io/v1alpha1";

/** Argo's other kinds. */
const REASONS: Readonly<Record<string, string>> = {
  Experiment: "It is a try of its own: nothing here runs instances for a while and compares them",
  AnalysisRun: "It is what became of an analysis, and no configuration",
};

/** @param values parsed files: documents, arrays of them, `List`s */
export function importArgoRollouts(values: readonly unknown[]): Imported {
  let around: ArgoSurroundings | null = null;
  return importRollouts(values, (source, all) => {
    const { kind, apiVersion, root } = source;
    if (!apiVersion.startsWith(GROUP)) {
      return null;
    }
    if (apiVersion === TAKEN && kind === "Rollout") {
      around ??= surveyArgo(all);
      return translateRollout(source, around) ?? "nothing";
    }
    if (apiVersion === TAKEN && /^(Cluster)?AnalysisTemplate$/.test(kind)) {
      tellTemplate(source);
      return "nothing";
    }
    const known = Object.hasOwn(REASONS, kind) ? REASONS[kind] : undefined;
    root.drop(known ?? `Of Argo's kinds Rollout is taken, of ${TAKEN}: this is ${kind} of ${apiVersion}`);
    return "nothing";
  });
}
