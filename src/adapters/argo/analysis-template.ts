// AnalysisTemplates of Argo: each of their metrics is told, with what may stand for it. None is evaluated: the mesh
// asks no other system for numbers.
import type { SourceDocument } from "../source/source-documents.ts";
import type { Field } from "../source/source-field.ts";

const UNASKED = "It is for metrics that are not asked here";

export function tellTemplate({ root }: SourceDocument): void {
  root.at("metadata").take();
  const spec = root.at("spec");
  for (const metric of spec.at("metrics").items()) {
    const condition = metric.at("successCondition");
    metric.drop(`NOTHING JUDGES BY IT HERE: the mesh asks no other system for numbers${instead(condition)}`);
  }
  spec.tellRest({ args: UNASKED, dryRun: UNASKED, measurementRetention: UNASKED });
  root.tellRest({});
}

/** A rate of success as its author writes it: `result[0] >= 0.95`. */
const RATE = /^ ?result(?:\[0\])? ?>=? ?(0\.\d{1,6}|1|1\.0{1,6}) ?$/;

function instead({ value }: Field): string {
  const rate = typeof value === "string" && value.length < 64 ? RATE.exec(value)?.[1] : undefined;
  if (rate === undefined) {
    return "";
  }
  const percent = Math.round((1 - Number(rate)) * 1e8) / 1e6;
  return `. If that is a rate of calls that succeed, say analysis.maxErrorPercent: ${percent} in the Rollout`;
}
