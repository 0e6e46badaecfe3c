// What each document's `status` says after a compilation. Policies say whether their targets exist, routes and Gateways
// what the Gateway API asks for, everything else that it was accepted.
import type { Document } from "../model/document/document.ts";
import { refOfDocument } from "../model/word/refs.ts";
import type { GatewayStatus, RouteStatus, Status } from "../model/registry/status.ts";
import {
  draft,
  previousConditions,
  previousListeners,
  previousParent,
  stamp,
  type Draft,
  type Stamp,
} from "./documents/conditions.ts";
import { contractConditions } from "./policy/contract-conditions.ts";
import type { CompiledContract } from "./policy/identities.ts";
import { parametersFault, supportedKinds, type CompiledGateway, type Listeners } from "./route/listeners.ts";
import { isPolicy } from "./policy/kinds.ts";
import type { PolicyIndex } from "./policy/policy-index.ts";
import type { Attachment } from "./route/attachment.ts";
import { namedByGateway, namedByRoute } from "./route/claim-hostnames.ts";
import type { HostnameOwners } from "./route/hostname-claims.ts";
import type { Overlaid } from "./overrides.ts";
import type { CompiledParent, CompiledRoute, CompiledRoutes } from "./route/routes.ts";
import type { DocumentIndex } from "./documents/document-index.ts";
import type { Steps } from "./documents/steps.ts";
import { fromPointer } from "../model/word/json-pointer.ts";

/** Of one document's status. */
const UNITS = 0.5;

interface StatusOptions {
  readonly now: string;
  /** Statuses before, by `refOf`. */
  readonly previous: ReadonlyMap<string, Status>;
  /** Generations by `refOf`; 1 where there is none. */
  readonly generations: ReadonlyMap<string, number>;
  readonly overlaid: Pick<Overlaid, "conditions" | "notes">;
  readonly owners: HostnameOwners;
}

export function* compileStatuses(
  world: DocumentIndex,
  listeners: Listeners,
  policies: PolicyIndex,
  { routes }: CompiledRoutes,
  contracts: readonly CompiledContract[],
  options: StatusOptions,
): Steps<Map<string, Status>> {
  const statuses = new Map<string, Status>();
  const compiled = new Map(routes.map((route) => [route.route, route]));
  const attached = attachedRoutes(routes);
  const decided = new Map(contracts.map((contract) => [contract.ref, contract]));
  for (const document of world.documents) {
    yield UNITS;
    const ref = refOfDocument(document);
    const before = options.previous.get(ref);
    const own: Stamp = { now: options.now, generation: options.generations.get(ref) ?? 1 };
    const overrides = options.overlaid.notes.get(ref);
    statuses.set(ref, { ...statusOf(document, ref, before, own), ...(overrides && { overrides }) });
  }
  return statuses;

  function statusOf(document: Document, ref: string, before: Status | undefined, own: Stamp): Status {
    if (document.kind === "HTTPRoute") {
      const route = compiled.get(document);
      const parents = (route?.parents ?? []).map((parent) => parentStatus(parent, route, before, own));
      return { parents, ...namedByRoute(document.metadata.namespace, attachmentsOf(route), listeners, options.owners) };
    }
    if (document.kind === "Gateway") {
      const gateway = listeners.gateways.get(`${document.metadata.namespace}/${document.metadata.name}`);
      if (gateway !== undefined) {
        return { ...gatewayStatus(gateway, attached, before, own), ...namedByGateway(gateway, options.owners) };
      }
    }
    const contract = decided.get(ref);
    if (contract !== undefined) {
      return {
        state: contract.state,
        conditions: stamp(contractConditions(contract), previousConditions(before), own),
      };
    }
    const drafts = isPolicy(document)
      ? [policies.conditionOf(document)]
      : [draft("Accepted", true, "Accepted", `The ${document.kind} is part of the mesh`)];
    const active = options.overlaid.conditions.get(ref);
    if (active) {
      drafts.push(active);
    }
    return { conditions: stamp(drafts, previousConditions(before), own) };
  }
}

function attachmentsOf(route: CompiledRoute | undefined): Attachment[] {
  return (route?.parents ?? []).map(({ attachment }) => attachment);
}

/** How many routes each listener carries, by its number. */
function attachedRoutes(routes: readonly CompiledRoute[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const { parents } of routes) {
    const listeners = new Set(parents.flatMap(({ attachment }) => attachment.places.map(({ listener }) => listener)));
    for (const listener of listeners) {
      counts.set(listener, (counts.get(listener) ?? 0) + 1);
    }
  }
  return counts;
}

function parentStatus(
  { attachment, faults }: CompiledParent,
  route: CompiledRoute | undefined,
  before: Status | undefined,
  own: Stamp,
): RouteStatus["parents"][number] {
  const references = faults.filter(({ reason }) => reason !== "UnsupportedValue");
  const unsupported = faults.filter(({ reason }) => reason === "UnsupportedValue");
  const drafts: Draft[] = [attachment.accepted];
  const [first] = references;
  drafts.push(
    first === undefined
      ? draft("ResolvedRefs", true, "ResolvedRefs", "All references are resolved")
      : draft("ResolvedRefs", false, first.reason, sentences(references)),
  );
  if (unsupported.length > 0 && attachment.accepted.status) {
    const rules = new Set(unsupported.map(({ pointer }) => fromPointer(pointer)[2]));
    const partly = rules.size < (route?.route.spec.rules.length ?? 0);
    const message = sentences(unsupported);
    if (partly) {
      drafts.push(draft("PartiallyInvalid", true, "UnsupportedValue", message));
    } else {
      drafts[0] = draft("Accepted", false, "UnsupportedValue", message);
    }
  }
  const { parentRef } = attachment;
  return {
    parentRef,
    controllerName: "selvage.dev/mesh",
    conditions: stamp(drafts, previousParent(before, parentRef), own),
  };
}

function sentences(faults: readonly { readonly message: string }[]): string {
  return [...new Set(faults.map(({ message }) => message))].join("; ");
}

/** The status of a Gateway; the built-in one has no stored status and is asked for on its own. */
function gatewayStatus(
  gateway: CompiledGateway,
  attached: ReadonlyMap<number, number>,
  before: Status | undefined,
  own: Stamp,
): GatewayStatus {
  const out = gateway.listeners.filter(({ index }) => index === null);
  const message = out.map(({ spec, fault }) => `"${spec.name}" is not in service: ${fault}`).join("; ");
  const none = out.length === gateway.listeners.length;
  const rejected = parametersFault(gateway.document);
  const drafts = [
    rejected !== null
      ? draft("Accepted", false, rejected.reason, rejected.message)
      : out.length === 0
        ? draft("Accepted", true, "Accepted", "All listeners are in service")
        : draft("Accepted", !none, "ListenersNotValid", message),
    none
      ? draft("Programmed", false, "Invalid", message)
      : draft("Programmed", true, "Programmed", "Requests are served"),
  ];
  const earlier = previousListeners(before);
  return {
    conditions: stamp(drafts, previousConditions(before), own),
    listeners: gateway.listeners.map((listener) => ({
      name: listener.spec.name,
      attachedRoutes: listener.index === null ? 0 : (attached.get(listener.index) ?? 0),
      supportedKinds: supportedKinds(listener),
      conditions: stamp(
        listener.conditions,
        earlier.find(({ name }) => name === listener.spec.name)?.conditions ?? [],
        own,
      ),
    })),
  };
}
