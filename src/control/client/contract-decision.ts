// One decision about one contract: whose it is, whether it has a meaning in the contract's state, and the revision that
// it makes.
import { settingsOf } from "../../env/settings.ts";
import { announce } from "../../change/announce.ts";
import { changeIdentities } from "../../change/change-identities.ts";
import type { MeshState } from "../../change/change.ts";
import { createdAtOf } from "../../change/change-rows.ts";
import { surveyContracts, type ContractView } from "../../compile/policy/contracts.ts";
import { indexing } from "../../compile/documents/document-index.ts";
import { finish } from "../../compile/documents/steps.ts";
import {
  contractActions,
  isBarred,
  isContractGranted,
  nextContractState,
  type ContractAction,
} from "../../decide/identity/contract-state.ts";
import type { ContractViewAnswer } from "../../model/api/clients.ts";
import type { ContractRecord, IdentityState } from "../../model/registry/identity.ts";
import { partsOfKey, refOf } from "../../model/word/refs.ts";
import type { Refusal } from "../../model/word/problem.ts";
import { agentDetail } from "../operator/agent-call.ts";
import { callerAddress } from "../operator/caller-address.ts";
import type { OperationRequest } from "../register/operation.ts";
import { coversNamespace, lacksNamespace, type Operator } from "../operator/operator.ts";

type Decision = OperationRequest<
  { readonly ns: string; readonly name: string },
  unknown,
  { readonly reason?: string | undefined }
>;

/** Every contract of the mesh with its state, by namespace and name. */
export function viewContracts(mesh: MeshState, now: number): ContractViewAnswer[] {
  const states = new Map(mesh.identities.contracts.map((one) => [`${one.namespace}/${one.name}`, one]));
  return contractsOf(mesh, now)
    .map((view) => toWire(view, states.get(keyOf(view)), now))
    .sort((one, other) => (`${one.namespace} ${one.name}` < `${other.namespace} ${other.name}` ? -1 : 1));
}

export async function decideContract(exchange: Decision, action: ContractAction) {
  const { params, body, store, env, operator, request, now } = exchange;
  const at = new Date(now).toISOString();
  const key = `${params.ns}/${params.name}`;
  const reason = body.reason ?? null;
  let decided: ContractViewAnswer | null = null;
  const changed = await changeIdentities(
    store,
    {
      actor: operator.name,
      role: operator.role,
      ip: callerAddress({ request, env }),
      reason,
      now: at,
      localMesh: settingsOf(env).isLocalMesh,
      meshDomain: settingsOf(env).meshDomain,
      asked: agentDetail(request),
      action: `${action}Contract`,
      source: `${action} contract/${key}`,
      target: refOf("Contract", params.ns, params.name),
      detail: () => {
        if (decided === null) {
          return {};
        }
        const { application, service, tier, state } = decided;
        return { application, service, tier, state };
      },
    },
    (mesh) => {
      const view = contractsOf(mesh, now).find((one) => keyOf(one) === key);
      const denied = lacksSay(operator, params.ns, view);
      if (denied !== null) {
        return { refusal: denied };
      }
      if (view === undefined) {
        return { refusal: { problem: "notFound", detail: `There is no Contract ${key}.` } };
      }
      const before = mesh.identities.contracts.find((one) => `${one.namespace}/${one.name}` === key);
      const state = before?.state ?? "pending";
      const former = before?.former;
      const next = nextContractState(state, action, former !== undefined);
      if (next === null) {
        return { refusal: noStep(key, state, action, former !== undefined) };
      }
      // One that does not count is not decided about either: a no to it must not be taken for one to the older.
      if (view.fault !== null && (isContractGranted(next) || !view.speaks)) {
        return { refusal: cannotHold(key, state, action, view.fault.message) };
      }
      const { application, service, tier } = view;
      const subject = { namespace: params.ns, name: params.name, application, service, tier };
      const decision = { ...subject, state: next, at, by: operator.name, reason };
      // A no to another tier leaves what was granted before.
      const record: ContractRecord = action === "reject" && former !== undefined ? { ...decision, former } : decision;
      decided = toWire(view, record, now);
      return { identities: withDecision(mesh.identities, record) };
    },
  );
  if (!changed.ok) {
    return changed.refusal;
  }
  await announce(env, await store.head());
  // The edit above has run, or there would be a refusal.
  const wire: ContractViewAnswer | null = decided;
  if (wire === null) {
    throw new Error("A contract was decided without being read");
  }
  return { body: Object.assign({}, wire, { revision: changed.revision }) };
}

/** A no bars the application from whatever is approved by itself; a yes ends that. */
function withDecision(identities: IdentityState, record: ContractRecord): IdentityState {
  const { namespace, name, application, service, state, at, by, former } = record;
  const bars = identities.bars.filter((bar) => bar.application !== application || bar.service !== service);
  return {
    ...identities,
    contracts: [...identities.contracts.filter((one) => one.namespace !== namespace || one.name !== name), record],
    bars: isBarred(state) && former === undefined ? [...bars, { application, service, at, by }] : bars,
  };
}

/** Who may see neither side is told no more than that. */
function lacksSay(operator: Operator, namespace: string, view: ContractView | undefined): Refusal | null {
  const service = view === undefined ? namespace : partsOfKey(view.service).namespace;
  if (coversNamespace(operator, service)) {
    return null;
  }
  return lacksNamespace(operator, coversNamespace(operator, namespace) ? service : namespace);
}

function noStep(key: string, state: ContractRecord["state"], action: ContractAction, hasFormer: boolean): Refusal {
  return {
    problem: "noSuchStep",
    detail: `The Contract ${key} is ${state}: there is nothing to ${action}. Possible is: ${contractActions(state, hasFormer).join(", ")}.`,
    extensions: { state },
  };
}

function cannotHold(key: string, state: ContractRecord["state"], action: ContractAction, why: string): Refusal {
  const detail = `The Contract ${key} cannot be in force, so there is nothing to ${action}: ${why}.`;
  return { problem: "noSuchStep", detail, extensions: { state } };
}

function contractsOf({ documents }: MeshState, now: number): ContractView[] {
  const ours = documents.map(({ document }) => document);
  return surveyContracts(finish(indexing(ours, createdAtOf(documents, [], new Date(now).toISOString()))));
}

const keyOf = ({ document: { metadata } }: ContractView): string => `${metadata.namespace}/${metadata.name}`;

function toWire(view: ContractView, record: ContractRecord | undefined, now: number): ContractViewAnswer {
  const { document, application, service, tier, fault } = view;
  const { state = "pending", at = new Date(now).toISOString(), by = "selvage", reason = null } = record ?? {};
  const former = record?.former;
  const inForce = (isContractGranted(state) && fault === null) || former !== undefined;
  const terms =
    former === undefined || isContractGranted(state) ? "" : `, within the limits of ${former.tier} as before`;
  return {
    namespace: document.metadata.namespace,
    name: document.metadata.name,
    application,
    service,
    tier,
    state,
    inForce,
    message: inForce ? `${application} may use ${service}${terms}` : (fault?.message ?? `The contract is ${state}`),
    since: at,
    by,
    reason,
  };
}
