// Flagger's Canaries → Rollouts, and the exact list of what is lost on the way. Which version an endpoint has and where
// it runs is no part of a Canary: that is said when endpoints register.
import type { Imported } from "../source/import-note.ts";
import { importRollouts } from "../rollout/import-rollouts.ts";
import { translateCanary } from "./canary.ts";

const GROUP = "flagger.app/";
const TAKEN = "flagger.app/v1beta1";

/** Flagger's other kinds. */
const REASONS: Readonly<Record<string, string>> = {
  MetricTemplate:
    "The mesh asks no other system for numbers: steps that it decided wait until somebody promotes, or what reads them " +
    "calls `selvage rollout promote` and `abort`",
  AlertProvider:
    "The mesh calls nobody: `selvage rollout watch`, `selvage status` and GET /changes tell how a Rollout stands",
};

/** @param values parsed files: documents, arrays of them, `List`s */
export function importFlagger(values: readonly unknown[]): Imported {
  return importRollouts(values, (source) => {
    const { kind, apiVersion, root } = source;
    if (!apiVersion.startsWith(GROUP)) {
      return null;
    }
    if (kind === "Canary" && apiVersion === TAKEN) {
      return translateCanary(source) ?? "nothing";
    }
    const known = Object.hasOwn(REASONS, kind) ? REASONS[kind] : undefined;
    root.drop(known ?? `Of Flagger's kinds Canary is taken, of ${TAKEN}: this is ${kind} of ${apiVersion}`);
    return "nothing";
  });
}
