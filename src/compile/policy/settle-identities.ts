// Identities follow the documents: credentials go with their owner, every Contract has a state, and what was decided
// holds only for what it was decided about. The same for every change of the mesh, so also for a rollback, which brings
// documents back and nothing that was decided since. Pure.
import { isContractGranted } from "../../decide/identity/contract-state.ts";
import type { ContractRecord, ContractState, FormerGrant, IdentityState } from "../../model/registry/identity.ts";
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
    // Another tier of the same service: what was granted holds until somebody has said yes to the new one.
    const former = before === undefined || same ? undefined : formerOf(before, view, world);
    const lapsed = same && isContractGranted(before.state) && !view.hasApplication;
    const asked = to("pending", "selvage", lapsed ? "The application is gone" : null);
    const record = same && !lapsed ? kept(before, view, world) : former === undefined ? asked : { ...asked, former };
    const free = view.terms?.spec.approval === "auto" && !barred.has(`${application} ${service}`);
    if (record.state !== "pending" || !free || view.fault !== null) {
      return record;
    }
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

function formerOf(before: ContractRecord, view: ContractView, world: DocumentIndex): FormerGrant | undefined {
  if (before.application !== view.application || before.service !== view.service || !view.hasApplication) {
    return undefined;
  }
  const { tier, state, at, by } = before;
  const grant = isContractGranted(state) ? { tier, state, at, by } : before.former;
  return grant !== undefined && world.tiers.has(grant.tier) ? grant : undefined;
}

/** A former grant ends with its tier, and with the application. */
function kept(before: ContractRecord, view: ContractView, world: DocumentIndex): ContractRecord {
  if (before.former === undefined || (view.hasApplication && world.tiers.has(before.former.tier))) {
    return before;
  }
  const { former: _gone, ...rest } = before;
  return rest;
}

const nameOf = ({ namespace, name }: ContractRecord): string => `${namespace} ${name}`;

/** The list as it was, where it is the same: then nobody has to compare the rows. */
function same<Row>(before: readonly Row[], after: readonly Row[]): readonly Row[] {
  return before.length === after.length && before.every((row, index) => row === after[index]) ? before : after;
}
