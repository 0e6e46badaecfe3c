// Kept requests as one operator may see them: asked of the objects of the namespaces that they may look into, and
// without the names of policies of others.
import { accessLine } from "../../observe/export/access-line.ts";
import { spansOf } from "../../decide/trace/spans.ts";
import type { Env } from "../../env/env.ts";
import type { ReceiptShown, TraceShown } from "../../model/api/requests.ts";
import type { Receipt, ReceiptAnswer, ReceiptQuestion } from "../../model/message/receipt.ts";
import { partsOfKey } from "../../model/word/refs.ts";
import { NOTHING_KEPT, requestsObject } from "../../observe/keeping.ts";
import type { Store } from "../../store/store.ts";
import { coversNamespace, type Operator } from "../operator/operator.ts";
import { seenName, WITHHELD } from "../operator/redact.ts";

const AT_ONCE = 40;

/** Of the namespaces that have services now, and of what went to none. */
export async function keptBy(
  { env, store, operator }: { readonly env: Env; readonly store: Store; readonly operator: Operator },
  question: ReceiptQuestion,
  namespace: string | undefined,
): Promise<ReceiptAnswer> {
  return keptIn(env, namespace === undefined ? await namespacesOf(store, operator) : [namespace], question);
}

export async function keptIn(env: Env, names: readonly string[], question: ReceiptQuestion): Promise<ReceiptAnswer> {
  const found: ReceiptAnswer[] = [];
  for (let at = 0; at < names.length; at += AT_ONCE) {
    found.push(...(await Promise.all(names.slice(at, at + AT_ONCE).map((name) => ask(env, name, question)))));
  }
  const receipts = found.flatMap((one) => one.receipts).toSorted((a, b) => b.at - a.at);
  const dropped = found.reduce((sum, one) => sum + one.dropped, 0);
  const matched = found.reduce((sum, one) => sum + (one.matched ?? 0), 0);
  return {
    receipts: receipts.slice(0, question.most),
    dropped,
    ...(question.watch === undefined ? {} : { matched }),
  };
}

export async function namespacesOf(store: Store, operator: Operator): Promise<string[]> {
  const services = await store.documents({ kind: "Service" });
  const names = new Set(services.map(({ document }) => document.metadata.namespace));
  return [...names, ""].filter((name) =>
    name === "" ? operator.namespaces === null : coversNamespace(operator, name),
  );
}

/** An object that cannot be reached has nothing to tell. */
async function ask({ REQUESTS }: Env, namespace: string, question: ReceiptQuestion): Promise<ReceiptAnswer> {
  try {
    return (await REQUESTS?.getByName(requestsObject(namespace)).find(question)) ?? NOTHING_KEPT;
  } catch {
    return NOTHING_KEPT;
  }
}

export function receiptFor(operator: Operator, receipt: Receipt): ReceiptShown {
  const { keptFor, detail, held, read, steps, calls } = receipt;
  const line = accessLine(receipt);
  const { policy, route } = line;
  const sees = (name: string): boolean => coversNamespace(operator, partsOfKey(name).namespace);
  const isHidden = policy !== null && seenName(operator, policy) !== policy;
  return {
    ...line,
    keptFor,
    route: seenName(operator, route),
    policy: isHidden ? WITHHELD : policy,
    detail: isHidden ? null : detail,
    held: Object.fromEntries(Object.entries(held).map(([table, names]) => [table, names.filter(sees)])),
    read,
    // Stages name policies of whoever has them.
    steps: operator.namespaces === null ? steps : [],
    calls,
  };
}

/** All kept requests of one trace, as its spans. */
export function traceOf(traceId: string, receipts: readonly Receipt[], isWhole: boolean): TraceShown {
  const spans = receipts.flatMap(spansOf).toSorted((a, b) => a.startMs - b.startMs);
  const startMs = Math.min(...spans.map((span) => span.startMs));
  const endMs = Math.max(...spans.map((span) => span.endMs));
  return {
    traceId,
    start: new Date(startMs).toISOString(),
    tookMs: endMs - startMs,
    spans: spans.map((span) => ({
      spanId: span.spanId,
      parentSpanId: span.parentSpanId,
      name: span.name,
      kind: span.kind,
      start: new Date(span.startMs).toISOString(),
      startMs: span.startMs - startMs,
      tookMs: span.endMs - span.startMs,
      isError: span.isError,
      attributes: isWhole ? span.attributes : withoutPolicy(span.attributes),
      events: isWhole
        ? span.events.map((one) => ({ name: one.name, atMs: one.atMs - startMs, attributes: one.attributes }))
        : [],
    })),
  };
}

function withoutPolicy<Value>(attributes: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => name !== "selvage.policy"));
}
