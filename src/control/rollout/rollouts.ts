// Rollouts as their controllers have them, and what an operator says about one: promote, pause, resume, abort, retry.
import * as z from "zod";
import { CHECK_FIRST_MS } from "../../decide/fleet/freshness.ts";
import type { Env } from "../../env/env.ts";
import {
  rolloutListSchema,
  rolloutOrderSchema,
  rolloutPromotionSchema,
  rolloutReceiptSchema,
  type RolloutReceipt,
} from "../../model/api/rollouts.ts";
import type { DocumentOf } from "../../model/document/document.ts";
import { documentNameSchema } from "../../model/document/field/names.ts";
import type { RolloutObeyed, RolloutOrder, RolloutView } from "../../model/message/rollout.ts";
import type { Refusal } from "../../model/word/problem.ts";
import { refOf, serviceKey } from "../../model/word/refs.ts";
import type { Store } from "../../store/store.ts";
import { namespaceParameter, serviceParameter } from "../http/route-parameters.ts";
import { auditOf, type AuditSubject } from "../operator/audit-entry.ts";
import { coversNamespace, lacksNamespace } from "../operator/operator.ts";
import { jsonBody, noBody } from "../register/json-body.ts";
import { etag, statedVersion } from "../register/precondition.ts";
import { type ControlApp, register } from "../register/register.ts";
import { rolloutStatus } from "./status.ts";

const tag = "rollouts";
/** Each is one question to its controller. */
const MAX_ROLLOUTS = 50;

const ifMatch = {
  name: "if-match",
  description: 'The `version` of the state that this is about, `"17"`; left out: whatever it is.',
};

const summaries: Readonly<Record<RolloutOrder["verb"], string>> = {
  promote: "Go on to the next step at once, or with `full` to the last.",
  pause: "Hold the step until somebody resumes; a canary that fails is taken out all the same.",
  resume: "Watch the step from its beginning.",
  abort: "Send nobody to the canary any more.",
  retry: "Begin again with the first step, with callers dealt anew, after a rollback or an abort.",
};

export function registerRollouts(app: ControlApp): void {
  register(app, {
    id: "listRollouts",
    method: "get",
    path: "/rollouts",
    role: "viewer",
    scope: "each",
    writes: false,
    tag,
    summary: "Rollouts: how far each has come, what speaks for and against its step, and what was decided.",
    params: z.object({}),
    query: z.object({ namespace: namespaceParameter.optional(), service: serviceParameter.optional() }),
    body: noBody,
    answer: rolloutListSchema,
    refusals: [],
    async handle({ query: { namespace, service }, store, env, operator }) {
      const outside = namespace === undefined ? null : lacksNamespace(operator, namespace);
      if (outside) {
        return outside;
      }
      const wanted = (await rollouts(store)).filter(
        ({ metadata, spec }) =>
          [metadata.namespace, undefined].includes(namespace) &&
          [spec.service, undefined].includes(service) &&
          coversNamespace(operator, metadata.namespace),
      );
      const items = await Promise.all(
        wanted.slice(0, MAX_ROLLOUTS).map(async (one) => rolloutStatus(one, await viewed(env, one))),
      );
      return { body: { items, more: wanted.length > items.length } };
    },
  });

  for (const verb of ["promote", "pause", "resume", "abort", "retry"] as const) {
    register(app, {
      id: `${verb}Rollout`,
      method: "post",
      path: `/rollouts/{ns}/{name}/${verb}`,
      role: "operator",
      scope: "path",
      writes: true,
      tag,
      summary: summaries[verb],
      description:
        'With `If-Match: "<version>"` only while it is in the state that was looked at. Every isolate obeys within two seconds.',
      headers: [ifMatch],
      params: z.object({ ns: namespaceParameter, name: documentNameSchema }),
      query: z.object({}),
      body: jsonBody(verb === "promote" ? rolloutPromotionSchema : rolloutOrderSchema, {}),
      answer: rolloutReceiptSchema,
      refusals: ["notFound", "validation", "preconditionFailed", "notInPhase", "storageUnavailable"],
      async handle(exchange) {
        const { params, body, store, request } = exchange;
        const document = (await rollouts(store)).find(
          ({ metadata }) => metadata.namespace === params.ns && metadata.name === params.name,
        );
        if (document === undefined) {
          return { problem: "notFound", detail: `There is no Rollout ${params.ns}/${params.name}.` };
        }
        const stated = statedVersion(request.headers, exchange.operator);
        if (stated !== null && typeof stated !== "number") {
          return stated;
        }
        const full = "full" in body && body.full === true;
        return ordered(exchange, document, { verb, full, reason: body.reason ?? null, expected: stated });
      },
    });
  }
}

interface Ordering extends AuditSubject {
  readonly store: Store;
}

async function ordered(
  exchange: Ordering,
  document: DocumentOf<"Rollout">,
  said: Pick<RolloutOrder, "verb" | "full" | "expected"> & { readonly reason: string | null },
): Promise<{ body: RolloutReceipt; headers: Record<string, string> } | Refusal> {
  const { env, store, operator } = exchange;
  const { namespace, name } = document.metadata;
  const target = refOf("Rollout", namespace, name);
  // The audit first: a weight that nobody is accountable for must not exist.
  const detail = { verb: said.verb, service: document.spec.service, ...(said.full ? { full: true } : {}) };
  await store.appendAudit({ ...auditOf(exchange, { action: "orderRollout", target, detail }), reason: said.reason });
  const done = await obeyed(env, serviceKey(namespace, document.spec.service), {
    ...said,
    reason: said.reason ?? "no reason was given",
    actor: operator.name,
  });
  if (done === null) {
    return { problem: "storageUnavailable", detail: `The controller of ${target} cannot be reached.` };
  }
  if ("refused" in done) {
    return done.refused === "moved"
      ? { problem: "preconditionFailed", detail: `${target}: ${done.says}` }
      : { problem: "notInPhase", detail: `${target}: ${done.says}` };
  }
  const status = rolloutStatus(document, done.view);
  return {
    body: { ...status, obeyedWithinMs: done.isTold ? CHECK_FIRST_MS : null },
    headers: { etag: etag(status.version) },
  };
}

async function obeyed(env: Env, service: string, order: RolloutOrder): Promise<RolloutObeyed | null> {
  try {
    return (await env.ROLLOUT?.getByName(service).order(order)) ?? null;
  } catch {
    return null;
  }
}

async function viewed(env: Env, { metadata, spec }: DocumentOf<"Rollout">): Promise<RolloutView | null> {
  try {
    return (await env.ROLLOUT?.getByName(serviceKey(metadata.namespace, spec.service)).view()) ?? null;
  } catch {
    return null;
  }
}

async function rollouts(store: Store): Promise<DocumentOf<"Rollout">[]> {
  const documents = await store.documents({ kind: "Rollout" });
  return documents.flatMap(({ document }) => (document.kind === "Rollout" ? [document] : []));
}
