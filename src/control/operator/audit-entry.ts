// Rows of the audit: who did what from where, for writes that happened (appended in the write's own transaction) and
// for those that were refused. Nothing here holds a token or a body.
import type { Env } from "../../env/env.ts";
import type { Store } from "../../store/store.ts";
import { type Refusal, problems } from "../../model/word/problem.ts";
import type { AuditDraft } from "../../model/registry/registry.ts";
import type { Identity } from "./identity.ts";
import type { Operator } from "./operator.ts";
import { callerAddress } from "./caller-address.ts";
import { agentDetail } from "./agent-call.ts";

/** Who calls, from where, when: what every row has in common. */
export interface AuditSubject {
  readonly request: Request;
  readonly env: Env;
  readonly operator: Operator;
  readonly now: number;
}

/** Row of a write that is about to happen. */
export function auditOf(
  caller: AuditSubject,
  about: { readonly action: string; readonly target: string; readonly detail?: AuditDraft["detail"] },
): AuditDraft {
  return {
    at: new Date(caller.now).toISOString(),
    actor: caller.operator.name,
    role: caller.operator.role,
    ip: callerAddress(caller),
    action: about.action,
    target: about.target,
    outcome: "allowed",
    before: null,
    after: null,
    revision: null,
    reason: null,
    detail: { ...about.detail, ...agentDetail(caller.request) },
  };
}

/**
 * Appends the row of a refused write. Callers whom nobody knows are left out: a flood of them would fill the registry;
 * who had a token that expired, or was proven and has no role, is known. When the audit cannot be written the refusal
 * stands all the same.
 */
export async function auditRefusal(
  store: Store,
  identity: Identity,
  refusal: Refusal,
  attempt: {
    readonly action: string;
    readonly request: Request;
    readonly env: Env;
    readonly requestId: string;
    readonly now: number;
  },
): Promise<void> {
  const operator = "operator" in identity ? identity.operator : null;
  const actor = operator?.name ?? ("known" in identity ? identity.known : undefined);
  if (actor === undefined) {
    return;
  }
  const { code, status } = problems[refusal.problem];
  try {
    await store.appendAudit({
      at: new Date(attempt.now).toISOString(),
      actor,
      role: operator?.role ?? null,
      ip: callerAddress(attempt),
      action: attempt.action,
      target: new URL(attempt.request.url).pathname.slice(0, 500),
      outcome: "refused",
      before: null,
      after: null,
      revision: null,
      reason: null,
      detail: {
        code,
        status,
        detail: refusal.detail.slice(0, 500),
        requestId: attempt.requestId,
        ...agentDetail(attempt.request),
      },
    });
  } catch (error) {
    // oxlint-disable-next-line no-console -- the log is where an audit row goes that the registry would not take
    console.error(JSON.stringify({ level: "error", at: "audit", requestId: attempt.requestId, error: String(error) }));
  }
}
