// What is read to say what made services fail: changes and what documents say. Only when some do.
import { CAUSE_BEFORE_MS } from "../../decide/signals/likely-cause.ts";
import type { Env } from "../../env/env.ts";
import type { ServiceSignals } from "../../model/api/signals.ts";
import type { SignalRow } from "../../model/message/signals.ts";
import type { Store } from "../../store/store.ts";
import type { Operator } from "../operator/operator.ts";
import { declaredCalls } from "./declared-calls.ts";
import { readChanges } from "./read-changes.ts";
import { causesOf } from "./score-causes.ts";
import type { Asked } from "./window.ts";

interface Around {
  readonly store: Store;
  readonly env: Env;
  readonly operator: Operator;
}

/** Changes are read for this alone: nobody asks for them while all is well. */
export async function lookInto(
  asked: Asked,
  services: readonly ServiceSignals[],
  rows: readonly SignalRow[],
  { store, env, operator }: Around,
): Promise<ReturnType<typeof causesOf>> {
  const { from, to } = asked.question;
  const { revision } = await store.head();
  const [changes, snapshot] = await Promise.all([
    readChanges(store, env, { from: from - CAUSE_BEFORE_MS, to }, operator, asked.covers),
    store.snapshot(revision),
  ]);
  return causesOf(asked, services, rows, changes.items, snapshot === null ? [] : declaredCalls(snapshot));
}
