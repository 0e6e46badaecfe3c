// The client side under any order of writing documents and deciding contracts, against a naive record of who said what.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { compile } from "../../../src/compile/compile.ts";
import {
  isBarred,
  isContractGranted,
  nextContractState,
  type ContractAction,
} from "../../../src/decide/identity/contract-state.ts";
import { NO_IDENTITIES, type ContractState, type IdentityState } from "../../../src/model/registry/identity.ts";
import { refOf } from "../../../src/model/word/refs.ts";
import { documentsOf } from "../../support/compiled.ts";

const doc = (kind: string, name: string, spec: string): string =>
  `\n---\n{apiVersion: selvage.dev/v1, kind: ${kind}, metadata: {name: ${name}, namespace: shop}, spec: ${spec}}\n`;
const tier = (name: string, approval: string): string =>
  doc("Tier", name, `{service: orders, approval: ${approval}, limits: [{name: l, requests: 5, window: 1m}]}`);
const contract = (name: string, tierName: string): string =>
  doc("Contract", name, `{application: mobile, service: orders, tier: ${tierName}}`);

type Step =
  | { readonly do: "write"; readonly name: string; readonly tier: string }
  | { readonly do: "delete"; readonly name: string }
  | { readonly do: "app"; readonly there: boolean }
  | { readonly do: "decide"; readonly name: string; readonly action: ContractAction };

const names = fc.constantFrom("one", "two");
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("write" as const), name: names, tier: fc.constantFrom("asked", "free") }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("delete" as const), name: names }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("app" as const), there: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("decide" as const),
      name: names,
      action: fc.constantFrom<ContractAction>("approve", "reject", "revoke", "restore"),
    }),
  },
);

it("nothing is in force that nobody granted, and a no holds until somebody says yes", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      /** Contracts that are there, the oldest first, with their tier. */
      const written = new Map<string, string>();
      let [hasApp, no, state]: [boolean, boolean, IdentityState] = [true, false, NO_IDENTITIES];
      /** What a person said yes to, and is still about: `<contract> <tier>`. */
      let yes = new Set<string>();
      /** By which contract and tier the application was let in last: that holds while another tier is asked for. */
      let held = "";
      for (const [index, one] of steps.entries()) {
        if (one.do === "app") {
          hasApp = one.there;
        } else if (one.do === "delete") {
          yes = new Set([...yes].filter((word) => !word.startsWith(`${one.name} `)));
          written.delete(one.name);
        } else if (one.do === "write") {
          if (written.get(one.name) !== one.tier) {
            yes.delete(`${one.name} ${written.get(one.name)}`);
          }
          written.set(one.name, one.tier);
        } else {
          const known = state.contracts.find(({ name }) => name === one.name);
          const hasFormer = known?.former !== undefined;
          const next: ContractState | null = known ? nextContractState(known.state, one.action, hasFormer) : null;
          // As the call does: only the oldest of its two parties is decided about, and granted only what can be in
          // force.
          const speaks = [...written.keys()][0] === one.name;
          if (known !== undefined && next !== null && speaks && (hasApp || !isContractGranted(next))) {
            const { application, service } = known;
            const bar = { application, service, at: "", by: "mia" };
            const { former, ...asked } = known;
            const keeps = one.action === "reject" && former !== undefined;
            const record = { ...asked, state: next, ...(keeps ? { former } : {}) };
            const isNo = isBarred(next) && !keeps;
            state = {
              clients: [],
              contracts: state.contracts.map((other) => (other === known ? record : other)),
              bars: isNo ? [bar] : [],
            };
            no = isNo;
            if (isNo) {
              held = "";
            }
            if (isContractGranted(next)) {
              yes.add(`${one.name} ${written.get(one.name)}`);
            } else {
              yes.delete(`${one.name} ${written.get(one.name)}`);
            }
          }
        }
        if (!hasApp) {
          yes.clear();
        }
        if (!hasApp || !written.has(held.split(" ")[0] ?? "")) {
          held = "";
        }
        const yaml =
          doc("Service", "orders", "{exposure: public}") +
          tier("asked", "manual") +
          tier("free", "auto") +
          (hasApp ? doc("Application", "mobile", "{}") : "") +
          [...written].map(([name, tierName]) => contract(name, tierName)).join("");
        const createdAt = new Map(
          [...written.keys()].map((name, age) => [refOf("Contract", "shop", name), `2026-01-01T00:00:0${age}Z`]),
        );
        const now = new Date(Date.UTC(2026, 10, 23) + index * 1000).toISOString();
        const options = { revision: 1, now, localMesh: true, createdAt, identities: state };
        const compiled = compile(documentsOf(yaml), options);
        state = compiled.identities;

        const [oldest, tierName] = [...written][0] ?? [];
        const entry = compiled.snapshot.identities?.contracts["shop/orders"]?.["shop/mobile"];
        if (entry !== undefined) {
          expect(hasApp).toBe(true);
          expect(entry.contract).toBe(`shop/${oldest}`);
          expect(no).toBe(false);
          const granted = state.contracts.find(({ name }) => name === oldest);
          if (entry.tier !== tierName) {
            expect(`${oldest} ${entry.tier}`).toBe(held);
          } else if (granted?.by !== "tier") {
            expect([...yes]).toContain(`${oldest} ${tierName}`);
          }
          held = `${oldest} ${entry.tier}`;
        } else if (oldest !== undefined && hasApp) {
          expect(held.startsWith(`${oldest} `)).toBe(false);
          // Neither a person's yes nor an open tier is forgotten.
          expect([...yes]).not.toContain(`${oldest} ${tierName}`);
          if (tierName === "free" && !no) {
            expect(state.contracts.find(({ name }) => name === oldest)?.state).not.toBe("pending");
          }
        }
        expect(state.contracts.map(({ name }) => name)).toEqual([...written.keys()].sort());
        expect(state.bars.length).toBe(no ? 1 : 0);
        // Settled is settled: nothing changes without a change.
        expect(compile(documentsOf(yaml), { ...options, identities: state }).identities.contracts).toBe(
          state.contracts,
        );
      }
    }),
    { numRuns: 40 },
  );
}, 60_000);
