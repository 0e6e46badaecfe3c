// What may become of a contract. pending → approved or rejected; approved → revoked → restored → revoked …; a rejected
// one may still be approved. Nothing leads back to pending but a change of what the contract is about.
import type { ContractState } from "../../model/registry/identity.ts";

export type ContractAction = "approve" | "reject" | "revoke" | "restore";

const steps: Readonly<Record<ContractState, Readonly<Partial<Record<ContractAction, ContractState>>>>> = {
  pending: { approve: "approved", reject: "rejected" },
  approved: { revoke: "revoked" },
  rejected: { approve: "approved" },
  revoked: { restore: "restored" },
  restored: { revoke: "revoked" },
};

/**
 * @param hasFormer something that was granted before is in force, and can be revoked
 * @returns null = the action has no meaning in that state
 */
export function nextContractState(
  state: ContractState,
  action: ContractAction,
  hasFormer = false,
): ContractState | null {
  return steps[state][action] ?? (hasFormer && action === "revoke" ? "revoked" : null);
}

/** In their order of use; never empty. */
export function contractActions(state: ContractState, hasFormer = false): ContractAction[] {
  return (["approve", "reject", "revoke", "restore"] as const).filter(
    (action) => nextContractState(state, action, hasFormer) !== null,
  );
}

/** Whether the application may use the service. */
export function isContractGranted(state: ContractState): boolean {
  return state === "approved" || state === "restored";
}

/** Whether the service said no: then nothing is approved by itself. */
export function isBarred(state: ContractState): boolean {
  return state === "rejected" || state === "revoked";
}
