// How Flagger raises the share of a canary: by stepWeight up to maxWeight, or along stepWeights, a check apart.
import { parseDuration } from "../../model/document/field/duration.ts";
import type { PlannedStep } from "../rollout/plan.ts";
import type { Field } from "../source/source-field.ts";

const LEAST_MS = 10_000;

/** Null when the share does not rise, which is then told. */
export function risingSteps(analysis: Field): readonly PlannedStep[] | null {
  const weights = weightsOf(analysis);
  if (weights === null) {
    return null;
  }
  if (weights.length === 0) {
    analysis.drop(
      "It has neither stepWeight nor stepWeights nor iterations: Flagger never sends anybody to the canary, " +
        "and nothing of the Canary is imported",
    );
    return null;
  }
  const hold = holdOf(analysis.at("interval"));
  return weights.map((weight) => ({ weight, hold }));
}

function weightsOf(analysis: Field): number[] | null {
  const step = percentOf(analysis.at("stepWeight"));
  const list = analysis.at("stepWeights");
  const max = analysis.at("maxWeight");
  if (step === null) {
    if (max.present && list.items().length > 0) {
      max.drop("Flagger goes along stepWeights to their end, whatever maxWeight says");
    }
    return along(list);
  }
  if (list.present) {
    list.drop("Flagger goes by stepWeight where both are there");
  }
  const most = percentOf(max) ?? 100;
  const count = Math.ceil(most / step);
  if (count * step > most && most < 100) {
    max.change(`The last step is at ${most} %, where Flagger's goes to ${Math.min(100, count * step)} %`);
  }
  return Array.from({ length: count }, (_, index) => Math.min(most, (index + 1) * step));
}

function along(list: Field): number[] | null {
  const weights: number[] = [];
  for (const entry of list.items()) {
    const weight = percentOf(entry);
    if (weight === null || weight <= (weights.at(-1) ?? 0)) {
      entry.drop(
        "It is no percentage above the one before, as each step of a Rollout is: nothing of the Canary is imported",
      );
      return null;
    }
    weights.push(weight);
  }
  return weights;
}

/** A whole number from 1 to 100; null for anything else, which is told with the rest unless it says nothing. */
function percentOf(field: Field): number | null {
  const { value } = field;
  if (value === 0) {
    field.take();
  }
  const isPercent = typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 100;
  return isPercent ? field.number() : null;
}

/** As Flagger reads it: a minute where it is none, ten seconds at least. */
function holdOf(interval: Field): string {
  const text = interval.text();
  const ms = text === null ? null : parseDuration(text);
  if (text === null || ms === null) {
    if (interval.present) {
      interval.change("It is no duration: a step lasts a minute, as in Flagger");
    }
    return "1m";
  }
  if (ms < LEAST_MS) {
    interval.change("A step lasts ten seconds, Flagger's least");
    return "10s";
  }
  return text;
}
