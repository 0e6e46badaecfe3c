// What isolates counted, asked of every object that adds it up, as one. An object that cannot be asked makes the answer
// partial, and fails nothing.
import { nthObject } from "../../decide/signals/objects.ts";
import type { Env } from "../../env/env.ts";
import { settingsOf } from "../../env/settings.ts";
import type { SignalWindow } from "../../model/api/signals.ts";
import type { SignalAnswer, SignalQuestion, SignalTotals } from "../../model/message/signals.ts";
import type { TelemetryObject } from "../../model/message/objects.ts";
import type { Operator } from "../operator/operator.ts";
import { seenRows } from "../operator/redact.ts";

type Objects = Pick<Env, "TELEMETRY"> & Parameters<typeof settingsOf>[0];

interface ReadSignals extends Pick<SignalAnswer, "rows" | "points"> {
  readonly window: SignalWindow;
}

type Told = Pick<SignalAnswer, "spread">;

/** @returns answers of all objects that could be asked; null for one that could not */
async function askAll<Answer extends Told>(
  env: Objects,
  ask: (object: Pick<TelemetryObject, "read" | "totals">) => Answer | Promise<Answer>,
): Promise<(Answer | null)[]> {
  const { TELEMETRY: telemetry } = env;
  if (telemetry === undefined) {
    return [null];
  }
  const one = async (group: number, nth: number): Promise<Answer | null> => {
    try {
      return await ask(telemetry.getByName(nthObject(group, nth)));
    } catch {
      return null;
    }
  };
  const groups = Array.from({ length: settingsOf(env).telemetryObjects }, async (_, group) => {
    const first = await one(group, 0);
    const others = Array.from({ length: (first?.spread ?? 1) - 1 }, async (__, at) => one(group, at + 1));
    return [first, ...(await Promise.all(others))];
  });
  return (await Promise.all(groups)).flat();
}

export async function readSignals(
  env: Objects,
  question: SignalQuestion,
  operator: Operator,
  now: number,
): Promise<ReadSignals> {
  const told = await askAll(env, async (object) => object.read(question));
  const answers = told.filter((one) => one !== null);
  const times = (of: (one: SignalAnswer) => number | null): number[] => answers.map(of).filter((one) => one !== null);
  const heardAt = times(({ heardAt: at }) => at);
  const since = times(({ since: at }) => at);
  const asOf = heardAt.length === 0 ? null : Math.max(...heardAt);
  const { from, to } = question;
  const text = (at: number): string => new Date(at).toISOString();
  return {
    rows: seenRows(
      operator,
      answers.flatMap(({ rows }) => rows),
    ),
    points: answers.flatMap(({ points }) => points),
    window: {
      from: text(from),
      to: text(to),
      seconds: (to - from) / 1000,
      resolutionSeconds: Math.max(10, ...answers.map(({ resolutionMs }) => resolutionMs / 1000)),
      asOf: asOf === null ? null : text(asOf),
      ageSeconds: asOf === null ? null : Math.max(0, (now - asOf) / 1000),
      countedSince: since.length === 0 ? null : text(Math.min(...since)),
      lost: answers.reduce((sum, { lost }) => sum + lost, 0),
      folded: answers.reduce((sum, { folded }) => sum + folded, 0),
      partial: answers.length < told.length,
    },
  };
}

/** null for an object that could not be asked. */
export function readTotals(env: Objects): Promise<(SignalTotals | null)[]> {
  return askAll(env, async (object) => object.totals());
}
