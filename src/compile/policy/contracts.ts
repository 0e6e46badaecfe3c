// Which Contract speaks for which application and service, and whether what it names is there. Of several for the same
// two the oldest speaks, whatever became of it: a second request is no way around a refused first one.
import type { DocumentOf } from "../../model/document/document.ts";
import type { Finding } from "../../model/word/finding.ts";
import { refOf, scopedName, serviceKey } from "../../model/word/refs.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";
import type { DocumentIndex } from "../documents/document-index.ts";

export interface ContractView {
  readonly ref: string;
  readonly document: DocumentOf<"Contract">;
  /** `<namespace>/<name>`, all three. */
  readonly application: string;
  readonly service: ServiceKey;
  readonly tier: string;
  /** Why it cannot be in force whatever is decided; null = it can. */
  readonly fault: {
    readonly reason: "TargetNotFound" | "Conflicted" | "NotPermitted";
    readonly message: string;
  } | null;
  /** The Tier, when it is there and of this service. */
  readonly terms: DocumentOf<"Tier"> | null;
  readonly hasApplication: boolean;
  /** No older Contract is for the same application and service. */
  readonly speaks: boolean;
}

export function surveyContracts(world: DocumentIndex): ContractView[] {
  const speakers = new Map<string, string>();
  return world.contracts.map((document): ContractView => {
    const { namespace, name } = document.metadata;
    const application = scopedName(document.spec.application, namespace);
    const service = scopedName(document.spec.service, namespace);
    const subject = {
      ref: refOf("Contract", namespace, name),
      document,
      application: `${application.namespace}/${application.name}`,
      service: serviceKey(service.namespace, service.name),
      tier: `${service.namespace}/${document.spec.tier}`,
    };
    const tier = world.tiers.get(subject.tier);
    const terms = tier?.spec.service === service.name ? tier : null;
    const hasApplication = world.has("Application", application.namespace, application.name);
    const permitted = namespace === application.namespace || namespace === service.namespace;
    const pair = `${subject.application} ${subject.service}`;
    const speaker = speakers.get(pair);
    // One that nobody of the two has made must not push their own aside.
    if (permitted && speaker === undefined) {
      speakers.set(pair, subject.ref);
    }
    const missing = [
      hasApplication ? [] : `There is no Application ${subject.application}`,
      world.services.has(subject.service) ? [] : `There is no Service ${subject.service}`,
      terms !== null ? [] : tierFault(subject.tier, subject.service, tier !== undefined),
    ].flat();
    return { ...subject, terms, hasApplication, speaks: permitted && speaker === undefined, fault: fault() };

    function fault(): ContractView["fault"] {
      if (!permitted) {
        const message = `A Contract lives in the namespace of its application (${application.namespace}) or of its service (${service.namespace})`;
        return { reason: "NotPermitted", message };
      }
      if (speaker !== undefined) {
        return { reason: "Conflicted", message: `${speaker} is older and for the same application and service` };
      }
      return missing.length === 0 ? null : { reason: "TargetNotFound", message: missing.join("; ") };
    }
  });
}

/** What the references' own lint does not see: two that meet, one that is nobody's, a tier of another service. */
export function lintContracts(contracts: readonly ContractView[], world: DocumentIndex): Finding[] {
  return contracts.flatMap(({ ref, fault, service, tier, terms }): Finding[] => {
    const found: Finding[] = [];
    if (fault?.reason === "NotPermitted") {
      found.push({ severity: "warning", code: "SLV1217", ref, pointer: "/metadata/namespace", message: fault.message });
    }
    if (fault?.reason === "Conflicted") {
      const hint = "Remove one of the two, or change the tier of the older one.";
      found.push({ severity: "warning", code: "SLV1312", ref, pointer: "/spec", message: fault.message, hint });
    }
    if (terms === null && world.tiers.has(tier)) {
      const message = tierFault(tier, service, true);
      found.push({ severity: "warning", code: "SLV1216", ref, pointer: "/spec/tier", message });
    }
    return found;
  });
}

function tierFault(tier: string, service: ServiceKey, exists: boolean): string {
  return exists ? `The Tier ${tier} is not one of the service ${service}` : `There is no Tier ${tier}`;
}
