// Identities follow the documents: credentials go with their owner, every Contract has a state, and what was decided holds
// only for what it was decided about. The same for every change of the mesh, so also for a rollback, which brings documents
// back and nothing that was decided since. Pure.
import { isContractGranted } from "../../decide/identity/contract-state.ts";
import type { ContractRecord, ContractState, IdentityState } from "../../model/registry/identity.ts";
import type { ContractView } from "./contracts.ts";
import type { DocumentIndex } from "../documents/document-index.ts";

/** @param now RFC 3339 */
export function settleIdentities(
  world: DocumentIndex,
  contracts: readonly ContractView[],
  state: IdentityState,
  now: string,
): IdentityState {
  const known = new Map(state.contracts.map((record) => [`${record.namespace}/${record.name}`, record]));
  const barred = new Set(state.bars.map(({ application, service }) => `${application} ${service}`));
  const records = contracts.map((view): ContractRecord => {
    const { application, service, tier } = view;
    const { namespace, name } = view.document.metadata;
    const before = known.get(`${namespace}/${name}`);
    const to = (next: ContractState, by: string, reason: string | null): ContractRecord => {
      return { namespace, name, application, service, tier, state: next, at: now, by, reason };
    };
    const same = before?.application === application && before.service === service && before.tier === tier;
    const lapsed = same && isContractGranted(before.state) && !view.hasApplication;
    const record = same && !lapsed ? before : to("pending", "selvage", lapsed ? "The application is gone" : null);
    const free = view.terms?.spec.approval === "auto" && !barred.has(`${application} ${service}`);
    if (record.state !== "pending" || !free || view.fault !== null) return record;
    return to("approved", "tier", null);
  });
  records.sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
  return {
    clients: same(
      state.clients,
      state.clients.filter(({ kind, namespace, name }) => world.has(kind, namespace, name)),
    ),
    contracts: same(state.contracts, records),
    bars: same(
      state.bars,
      state.bars.filter(({ service }) => world.services.has(service)),
    ),
  };
}

const nameOf = ({ namespace, name }: ContractRecord): string => `${namespace} ${name}`;

/** The list as it was, where it is the same: then nobody has to compare the rows. */
function same<Row>(before: readonly Row[], after: readonly Row[]): readonly Row[] {
  return before.length === after.length && before.every((row, index) => row === after[index]) ? before : after;
}
