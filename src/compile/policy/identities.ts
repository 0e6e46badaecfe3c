// Credentials, contracts and trusted clusters → what the data plane looks up. Only what is in force gets there: no
// secret that has expired, no contract that is not granted.
import { isContractGranted } from "../../decide/identity/contract-state.ts";
import type { Client, ClusterTrust, ContractEntry, Identities } from "../../model/snapshot/access.ts";
import type { ContractState, IdentityState } from "../../model/registry/identity.ts";
import { surveyContracts, type ContractView } from "./contracts.ts";
import type { TierLimits } from "./limit.ts";
import type { DocumentIndex } from "../documents/document-index.ts";
import { settleIdentities } from "./settle-identities.ts";

interface CompiledIdentities {
  /** null = there are none. */
  readonly identities: Identities | null;
  /** As the registry is to hold them with these documents. */
  readonly settled: IdentityState;
  readonly contracts: readonly CompiledContract[];
}

export interface CompiledContract extends ContractView {
  readonly state: ContractState;
  /** `<namespace>/<name>` of the Tier by which it is in force until the one it asks for is granted; null = none. */
  readonly formerTier: string | null;
}

/**
 * @param now RFC 3339
 * @param allowPrivate whether key sets may be fetched from private addresses and over plain http
 */
export function compileIdentities(
  world: DocumentIndex,
  tiers: TierLimits,
  state: IdentityState,
  now: string,
  allowPrivate = false,
): CompiledIdentities {
  const views = surveyContracts(world);
  const settled = settleIdentities(world, views, state, now);
  const states = new Map(settled.contracts.map((one) => [`${one.namespace}/${one.name}`, one]));
  const withState = (view: ContractView): CompiledContract => {
    const { namespace, name } = view.document.metadata;
    const record = states.get(`${namespace}/${name}`);
    return { ...view, state: record?.state ?? "pending", formerTier: record?.former?.tier ?? null };
  };
  const contracts = views.map(withState);
  const identities: Identities = {
    clients: Object.fromEntries(settled.clients.flatMap((record) => entryOf(record, Date.parse(now)))),
    contracts: contractsOf(contracts, tiers, world),
    tiered: Object.fromEntries(
      [...world.tiers.values()].map(({ metadata, spec }) => [`${metadata.namespace}/${spec.service}`, true as const]),
    ),
    trust: [...world.clusters].flatMap(([cluster, { spec }]) => trustOf(cluster, spec.trust, allowPrivate)),
  };
  const empty = identities.trust.length === 0 && [identities.clients, identities.tiered].every(isEmpty);
  return { identities: empty ? null : identities, settled, contracts };
}

const isEmpty = (table: object): boolean => Object.keys(table).length === 0;

function entryOf({ id, kind, namespace, name, secrets }: IdentityState["clients"][number], nowMs: number) {
  const live = secrets.flatMap(({ digest, expiresAt }): Client["secrets"][number][] => {
    const expiresAtMs = expiresAt === null ? null : Date.parse(expiresAt);
    return expiresAtMs !== null && expiresAtMs <= nowMs ? [] : [{ digest, expiresAtMs }];
  });
  return live.length === 0 ? [] : [[id, { kind, namespace, name, secrets: live }] as const];
}

function contractsOf(
  contracts: readonly CompiledContract[],
  tiers: TierLimits,
  world: DocumentIndex,
): Identities["contracts"] {
  const services: Record<string, Record<string, ContractEntry>> = {};
  for (const contract of contracts) {
    const tier = tierInForce(contract);
    const terms = tier === null ? undefined : world.tiers.get(tier);
    if (tier === null || terms === undefined) {
      continue;
    }
    const { document, application, service } = contract;
    const { namespace, name } = document.metadata;
    const entry = { contract: `${namespace}/${name}`, tier: terms.metadata.name, limits: tiers.of(tier) };
    (services[service] ??= {})[application] = entry;
  }
  return services;
}

/**
 * By which Tier the contract is in force; null = it is not. That the new tier is not there does not end the former
 * grant.
 */
export function tierInForce({ state, fault, terms, tier, formerTier, hasApplication, speaks }: CompiledContract) {
  if (fault === null && terms !== null && isContractGranted(state)) {
    return tier;
  }
  return formerTier !== null && hasApplication && speaks ? formerTier : null;
}

function trustOf(
  cluster: string,
  trust: NonNullable<ReturnType<DocumentIndex["clusters"]["get"]>>["spec"]["trust"],
  allowPrivate: boolean,
) {
  if (trust === undefined) {
    return [];
  }
  const { issuer, audience = null, jwksUri, jwks, namespaces } = trust;
  // The schema lets exactly one of the two pass.
  const source = allowPrivate ? { jwksUri: jwksUri ?? "", allowPrivate } : { jwksUri: jwksUri ?? "" };
  const keys: ClusterTrust["keys"] = jwks === undefined ? source : { jwks };
  return [{ cluster, issuer, audience, keys, ...(namespaces === undefined ? {} : { namespaces }) }];
}
