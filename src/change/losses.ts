// What a change takes away that going back does not bring back: secrets and approvals are no documents. Told before it
// is done (dry run) and when it is. And what it may not take away: a Tier that contracts in force are measured by.
import { isContractGranted } from "../decide/identity/contract-state.ts";
import type { ContractRecord, IdentityState } from "../model/registry/identity.ts";
import type { Finding } from "../model/word/finding.ts";
import type { Refusal } from "../model/word/problem.ts";
import { refOf } from "../model/word/refs.ts";
import { liveSecrets } from "./client-secrets.ts";
import type { PlannedChange } from "./plan.ts";

const NAMED = 10;

/** @param isReturn the change brings the documents of an earlier revision back */
export function lossFindings(
  changes: readonly PlannedChange[],
  before: IdentityState,
  after: IdentityState,
  isReturn: boolean,
  nowMs: number,
): Finding[] {
  return [
    ...endedSecrets(before, after, nowMs),
    ...endedApprovals(before, after),
    ...(isReturn ? emptyReturns(changes, after) : []),
  ];
}

function endedSecrets(before: IdentityState, after: IdentityState, nowMs: number): Finding[] {
  if (before.clients === after.clients) {
    return [];
  }
  const kept = new Set(after.clients.map(({ id }) => id));
  return before.clients.flatMap(({ id, kind, namespace, name, secrets }): Finding[] => {
    const live = liveSecrets({ secrets }, nowMs);
    if (kept.has(id) || live.length === 0) {
      return [];
    }
    const ref = refOf(kind, namespace, name);
    const message = `The credentials of ${ref} end with it: no rollback brings ${live.length === 1 ? "its secret" : "its secrets"} back.`;
    const hint = `A ${kind} that comes back needs new ones.`;
    return [{ severity: "warning", code: "SLV1023", ref, pointer: "", message, hint }];
  });
}

function endedApprovals(before: IdentityState, after: IdentityState): Finding[] {
  if (before.contracts === after.contracts) {
    return [];
  }
  const later = new Map(after.contracts.map((one) => [keyOf(one), one]));
  return before.contracts.flatMap((one): Finding[] => {
    const then = later.get(keyOf(one));
    if (!isContractGranted(one.state) || (then !== undefined && isInForce(then))) {
      return [];
    }
    const ref = refOf("Contract", one.namespace, one.name);
    const message = `The approval of ${ref} (${one.application}, ${one.service}, tier ${one.tier}) ends: no rollback brings it back.`;
    const hint = "Whoever looks after the service has to approve it anew.";
    return [{ severity: "warning", code: "SLV1023", ref, pointer: "", message, hint }];
  });
}

/** What a rollback writes anew comes without what was beside it. */
function emptyReturns(changes: readonly PlannedChange[], after: IdentityState): Finding[] {
  return changes.flatMap(({ ref, action, after: document }): Finding[] => {
    if (action !== "create" || document === null) {
      return [];
    }
    const { kind, metadata } = document;
    const tell = (message: string, hint: string): Finding[] => [
      { severity: "warning", code: "SLV1023", ref, pointer: "", message, hint },
    ];
    if (kind === "Application") {
      return tell(`${ref} comes back without credentials: those that it had are gone.`, "Make new ones.");
    }
    if (kind !== "Contract") {
      return [];
    }
    const record = after.contracts.find((one) => one.namespace === metadata.namespace && one.name === metadata.name);
    if (record !== undefined && isInForce(record)) {
      return [];
    }
    return tell(`${ref} comes back without its approval.`, "Whoever looks after the service has to approve it anew.");
  });
}

/** 409 when a Tier goes while contracts that stay are measured by it. A rollback is only warned of it. */
export function refuseTierInUse(changes: readonly PlannedChange[], after: IdentityState): Refusal | null {
  const errors = changes.flatMap(({ ref, action, before }) => {
    const document = before?.document;
    if ((action !== "delete" && action !== "prune") || document?.kind !== "Tier") {
      return [];
    }
    const tier = `${document.metadata.namespace}/${document.metadata.name}`;
    const users = after.contracts.filter((one) => isInForce(one) && (one.former ?? one).tier === tier);
    if (users.length === 0) {
      return [];
    }
    const names = users.slice(0, NAMED).map(keyOf).join(", ");
    const detail = `${ref} is what ${users.length === 1 ? "a contract" : `${users.length} contracts`} in force ${users.length === 1 ? "is" : "are"} measured by: ${names}${users.length > NAMED ? " …" : ""}.`;
    return [{ pointer: "#", detail, hint: "Move them to another tier, or revoke them, first." }];
  });
  const [first] = errors;
  return first === undefined ? null : { problem: "stillInUse", detail: first.detail, errors };
}

const isInForce = ({ state, former }: ContractRecord): boolean => isContractGranted(state) || former !== undefined;
const keyOf = ({ namespace, name }: ContractRecord): string => `${namespace}/${name}`;
