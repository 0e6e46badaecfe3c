// The life of a contract against what the documentation says of it.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  contractActions,
  isBarred,
  isContractGranted,
  nextContractState,
  type ContractAction,
} from "../../../src/decide/identity/contract-state.ts";
import type { ContractState } from "../../../src/model/registry/identity.ts";

const actions: readonly ContractAction[] = ["approve", "reject", "revoke", "restore"];
const states: readonly ContractState[] = ["pending", "approved", "rejected", "revoked", "restored"];

/** The documentation's table, one line for each step. */
const documented = [
  "pending approve approved",
  "pending reject rejected",
  "approved revoke revoked",
  "rejected approve approved",
  "revoked restore restored",
  "restored revoke revoked",
];

describe("a contract", () => {
  it("takes exactly the documented steps", () => {
    const steps = states.flatMap((state) =>
      actions.flatMap((action) => {
        const next = nextContractState(state, action);
        return next === null ? [] : `${state} ${action} ${next}`;
      }),
    );
    expect(steps).toEqual(documented);
  });

  it("has in every state something that can be done, which is what is offered", () => {
    for (const state of states) {
      const possible = actions.filter((action) => nextContractState(state, action) !== null);
      expect(contractActions(state)).toEqual(possible);
      expect(possible).not.toEqual([]);
    }
  });

  it("is granted exactly when the last answer was yes, and barred exactly when it was no", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...actions), { maxLength: 30 }), (tried) => {
        let state: ContractState = "pending";
        let answer: "yes" | "no" | null = null;
        let wasRevoked = false;
        for (const action of tried) {
          const next = nextContractState(state, action);
          if (next === null) {
            continue;
          }
          answer = action === "approve" || action === "restore" ? "yes" : "no";
          wasRevoked ||= action === "revoke";
          state = next;
          expect(isContractGranted(state)).toBe(answer === "yes");
          expect(isBarred(state)).toBe(answer === "no");
          // Only what was revoked is restored: the history of an approved one shows no revocation.
          if (state === "restored") {
            expect(wasRevoked).toBe(true);
          }
        }
        if (answer === null) {
          expect(state).toBe("pending");
        }
      }),
    );
  });
});
