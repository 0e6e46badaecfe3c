// An explanation as one operator may see it: with the place of each setting in its document, and without what documents
// of other namespaces say. Whoever is limited to namespaces learns nothing here that a request of their own would not
// tell: what goes to a foreign service ends where that is known.
import type { DecisionAnswer, ExplainAnswer } from "../../model/api/explain.ts";
import type { Document } from "../../model/document/document.ts";
import type {
  AlternativeNotTaken,
  DecidingEntry,
  ExplainedDecision,
  Explanation,
} from "../../model/message/explanation.ts";
import { partsOfKey, partsOfPolicy, refOf } from "../../model/word/refs.ts";
import { coversNamespace, type Operator } from "../operator/operator.ts";

type Decider = NonNullable<DecisionAnswer["document"]>;

/** The documents that decided, by ref, as the revision had them. */
export type Deciding = ReadonlyMap<string, Document>;

/** `<Kind>/<namespace>/<name>` of what a decision names, whatever stands behind it. */
export function refOfPolicy(policy: string): string {
  const { kind, namespace, name } = partsOfPolicy(policy);
  return refOf(kind, namespace, name);
}

export function explanationFor(operator: Operator, told: Explanation, deciding: Deciding): ExplainAnswer {
  const { revision, request, caller, destination, endpoints, answer } = told;
  const service = destination === null ? null : partsOfKey(destination.service);
  const isForeign = !sees(operator, service?.namespace ?? null, told.decisions);
  const last = isForeign ? told.decisions.findIndex(({ stage }) => stage === "route") : told.decisions.length;
  const decisions = told.decisions.slice(0, last).map((one) => decisionFor(operator, one, deciding));
  return {
    revision,
    request:
      request === null
        ? null
        : { method: request.method, host: request.host, path: request.path, clientIp: request.clientAddress },
    caller,
    decisions: isForeign ? [...decisions, ELSEWHERE] : decisions,
    destination:
      service === null || destination === null || isForeign
        ? null
        : { namespace: service.namespace, service: service.name, version: destination.version },
    endpoints: isForeign ? [] : endpoints,
    answer: isForeign || decisions.some(isHiddenEnd) ? null : answer,
  };
}

/** The answer names what decided. */
function isHiddenEnd({ outcome, withheld }: DecisionAnswer): boolean {
  return withheld && outcome !== "passed" && outcome !== "noted";
}

const ELSEWHERE: DecisionAnswer = {
  stage: "route",
  outcome: "unknown",
  document: null,
  detail: "Where this request goes is the matter of a namespace that you are not let into",
  alternatives: [],
  withheld: true,
};

/** A request that reaches no service is its route's; without a route it is nobody's, and says only what a 404 says. */
function sees(operator: Operator, namespace: string | null, decisions: readonly ExplainedDecision[]): boolean {
  if (namespace !== null) {
    return coversNamespace(operator, namespace);
  }
  const route = decisions.find(({ stage }) => stage === "route");
  const policy = route?.policy ?? null;
  return policy === null || coversNamespace(operator, namespaceOf(policy));
}

function namespaceOf(policy: string): string {
  return partsOfPolicy(policy).namespace;
}

function decisionFor(operator: Operator, one: ExplainedDecision, deciding: Deciding): DecisionAnswer {
  const { stage, outcome, policy, setting, detail, alternatives } = one;
  const isWithheld = policy !== null && !coversNamespace(operator, namespaceOf(policy));
  return {
    stage,
    outcome,
    document: policy === null || isWithheld ? null : deciderOf(policy, setting, deciding),
    detail: isWithheld ? "A document of a namespace that you are not let into decides this" : detail,
    alternatives: alternatives
      .filter((other) => mayBeTold(operator, other, isWithheld))
      .map(({ policy: other, why }) => ({
        document: other === null ? null : deciderOf(other, entryOf(other), deciding),
        why,
      })),
    withheld: isWithheld,
  };
}

/** What names no document belongs to the one that decided. */
function mayBeTold(operator: Operator, { policy }: AlternativeNotTaken, isWithheld: boolean): boolean {
  return policy === null ? !isWithheld : coversNamespace(operator, namespaceOf(policy));
}

/** The rule or limit that stands behind the document's name. */
function entryOf(policy: string): DecidingEntry | null {
  const { kind, entry } = partsOfPolicy(policy);
  return kind === "HTTPRoute" && entry !== null ? { list: "rules", entry } : null;
}

function deciderOf(policy: string, setting: DecidingEntry | null, deciding: Deciding): Decider {
  const { kind, namespace, name } = partsOfPolicy(policy);
  const document = deciding.get(refOfPolicy(policy));
  return {
    kind,
    namespace,
    name,
    pointer: setting === null || document === undefined ? null : pointerTo(document, setting),
  };
}

/** By the name of the entry, or by its place where it has none. null = the document has no such entry. */
function pointerTo({ spec }: Document, { list, entry }: DecidingEntry): string | null {
  let at: unknown = spec;
  for (const key of list.split("/")) {
    at = typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined;
  }
  if (!Array.isArray(at)) {
    return null;
  }
  const named = at.findIndex(
    (one: unknown) => typeof one === "object" && one !== null && Reflect.get(one, "name") === entry,
  );
  const place = named === -1 ? Number(entry) : named;
  return Number.isInteger(place) && place >= 0 && place < at.length ? `/spec/${list}/${place}` : null;
}
