// What every write of documents takes from its exchange: who, when, why, and what the operator may touch.
import { settingsOf } from "../../env/settings.ts";
import { sharedSecret } from "../../tokens/shared-secret.ts";
import * as z from "zod";
import type { WriteOptions } from "../../change/change.ts";
import { overrideTarget } from "../../compile/overrides.ts";
import type { Document } from "../../model/document/document.ts";
import { kinds } from "../../model/document/kinds.ts";
import type { Refusal } from "../../model/word/problem.ts";
import type { AuditSubject } from "../operator/audit-entry.ts";
import { agentDetail } from "../operator/agent-call.ts";
import { callerAddress } from "../operator/caller-address.ts";
import { lacksMesh, lacksNamespace, lacksRole, type Operator } from "../operator/operator.ts";
import { meshWideReason } from "./mesh-wide.ts";
import { lacksRoom } from "./namespace-room.ts";
import { switchSchema } from "../http/parameters.ts";
import { partsOfRef } from "../../model/word/refs.ts";

/** Query parameters that all writes of documents share. */
export const writeQueryShape = {
  strict: switchSchema.meta({ description: "Warnings refuse too." }),
  manager: z
    .string()
    .regex(/^[A-Za-z0-9][-A-Za-z0-9_.:@/]{0,62}$/, "A manager is up to 63 letters, digits and - _ . : @ /.")
    .default("api")
    .meta({ description: "Who keeps these documents, e.g. `ci`; shown with each of them." }),
  reason: z.string().min(1).max(500).optional().meta({ description: "Why; kept in history and audit." }),
};

/** `dryRun=` of the writes that can be tried. */
export const dryRunShape = { dryRun: switchSchema.meta({ description: "Plan, check and answer, write nothing." }) };

interface WriteQuery {
  readonly dryRun?: boolean;
  readonly strict: boolean;
  readonly manager: string;
  readonly reason?: string | undefined;
}

export function writeOptions(
  caller: AuditSubject & { readonly query: WriteQuery },
  about: { readonly source: string; readonly expected: number | null; readonly forced: boolean },
): WriteOptions {
  const { operator, query } = caller;
  return {
    dryRun: query.dryRun ?? false,
    strict: query.strict,
    expected: about.expected,
    forced: about.forced,
    manager: query.manager,
    actor: operator.name,
    role: operator.role,
    ip: callerAddress(caller),
    source: about.source,
    reason: query.reason ?? null,
    asked: agentDetail(caller.request),
    now: new Date(caller.now).toISOString(),
    localMesh: settingsOf(caller.env).isLocalMesh,
    meshDomain: settingsOf(caller.env).meshDomain,
    hasSecret: (name) => sharedSecret(caller.env, name) !== null,
    permits: (changes, next) => {
      for (const { ref, action, before, after } of changes) {
        // A rollback plans every document there was, and leaves most of them alone.
        if (action === "unchanged" && about.source === "rollback") {
          continue;
        }
        const looks = about.source === "diff" || action === "unchanged";
        const denied = looks ? lacksNamespace(operator, partsOfRef(ref).namespace) : lacksRight(operator, ref);
        if (denied) {
          return denied;
        }
        if (!looks && operator.namespaces !== null) {
          const wide = [before?.document, after].flatMap(
            (document) => (document && meshWideReason(document, next)) ?? [],
          );
          const outside = wide.length > 0 ? lacksMesh(operator) : null;
          if (outside) {
            return { ...outside, detail: `${ref} is for the whole mesh, since ${wide.at(-1)}. ${outside.detail}` };
          }
        }
        // An Override changes what its target does: it takes the same right as writing the target.
        for (const target of action === "unchanged" ? [] : targetsOf(before?.document, after)) {
          const withheld = looks
            ? lacksNamespace(operator, partsOfRef(target).namespace)
            : lacksRight(operator, target);
          if (withheld) {
            return withheld;
          }
        }
      }
      return about.source === "diff" ? null : lacksRoom(operator, changes, next);
    },
  };
}

/** What an Override is for, before and after the change. */
function targetsOf(...documents: readonly (Document | null | undefined)[]): string[] {
  return documents.flatMap((document) => (document?.kind === "Override" ? (overrideTarget(document) ?? []) : []));
}

/** null = the operator may write documents like this one: mesh-wide kinds are for admins, others go by namespace. */
function lacksRight(operator: Operator, ref: string): Refusal | null {
  const { kind, namespace } = partsOfRef(ref);
  const info = Object.values(kinds).find((known) => known.kind === kind);
  const denied = info?.scope === "mesh" ? lacksRole(operator, "admin") : lacksNamespace(operator, namespace);
  return denied && { ...denied, detail: `${ref}: ${denied.detail}` };
}
