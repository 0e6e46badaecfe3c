// What is read to say what made services fail: changes and what documents say. Only when some do.
import { CAUSE_BEFORE_MS } from "../../decide/signals/likely-cause.ts";
import { seemingCalls } from "../../decide/signals/seeming-calls.ts";
import type { Env } from "../../env/env.ts";
import type { ServiceSignals } from "../../model/api/signals.ts";
import type { Store } from "../../store/store.ts";
import type { Operator } from "../operator/operator.ts";
import { declaredCalls } from "./declared-calls.ts";
import { readChanges } from "./read-changes.ts";
import { causesOf, isIll } from "./score-causes.ts";
import { keptIn } from "../view/receipts.ts";
import type { Asked } from "./window.ts";

interface Around {
  readonly store: Store;
  readonly env: Env;
  readonly operator: Operator;
}

/** Failed requests that were kept, the newest, of the namespaces whose services fail. */
const MOST_FAILED = 300;
const MOST_NAMESPACES = 10;

/** Changes are read for this alone: nobody asks for them while all is well. */
export async function lookInto(
  asked: Asked,
  services: readonly ServiceSignals[],
  counted: Parameters<typeof causesOf>[2],
  { store, env, operator }: Around,
): Promise<ReturnType<typeof causesOf>> {
  const { from, to } = asked.question;
  const { revision } = await store.head();
  const ill = new Set(services.filter(isIll).map(({ namespace }) => namespace));
  const question = { most: MOST_FAILED, leastStatus: 500, keptAfter: from };
  const [changes, snapshot, failed] = await Promise.all([
    readChanges(store, env, { from: from - CAUSE_BEFORE_MS, to }, operator, asked.covers),
    store.snapshot(revision),
    keptIn(env, [...ill].slice(0, MOST_NAMESPACES), question),
  ]);
  const told = failed.receipts.filter(({ at, service }) => at <= to && asked.covers(service));
  const declared = snapshot === null ? [] : declaredCalls(snapshot);
  return causesOf(asked, services, counted, changes.items, { declared, seeming: seemingCalls(told) });
}
