// Configuration of Anypoint → documents of the mesh, and the exact list of what is lost on the way: ApiInstances,
// Services and PolicyBindings of a Flex (Omni) Gateway in local mode, and what API Manager exports. An API whose
// protection cannot be said is closed, not opened.
import { judgeDocument } from "../source/judge-document.ts";
import type { Imported, ImportNote, PlainDocument } from "../source/import-note.ts";
import { inParts } from "../source/parts.ts";
import { Names, openDocuments, readMetadata, type SourceDocument } from "../source/source-documents.ts";
import type { Field } from "../source/source-field.ts";
import type { AnypointApi, AnypointOptions, Made, PolicyEffect, PolicySpec } from "./api.ts";
import { isExport, readExport } from "./export.ts";
import { tierLimitsOf } from "./limits.ts";
import { translatePolicy } from "./policies.ts";
import { readBinding, readInstance, type BoundPolicy, type ReadApi } from "./resources.ts";
import { routeDocuments, rulesOf, servicesOf } from "./routes.ts";

const GROUP = /^gateway\.mulesoft\.com\//;
const DEFAULT_NAMESPACE = "default";
/** Targets of one policy, at most. */
const MOST_TARGETS = 16;

/** @param values parsed files: resources of a gateway in local mode, exports of API Manager, lists of either */
export function importAnypoint(values: readonly unknown[], options: AnypointOptions = {}): Imported {
  const names = new Names();
  const exported = values.flat().filter(isExport);
  const sources = openDocuments(values.flat().filter((value) => !isExport(value)));
  const own = sources.filter(({ apiVersion }) => GROUP.test(apiVersion));
  const of = (kind: string): SourceDocument[] => own.filter((source) => source.kind === kind);
  const services = new Map(of("Service").map((one) => [`${one.namespace}/${one.name}`, addressOf(one)]));
  const read: ReadApi[] = [
    ...of("ApiInstance").map((source) => readInstance(source, services)),
    ...exported.map((value) => readExport(value, DEFAULT_NAMESPACE)),
  ];
  const bound = new Map<AnypointApi, BoundPolicy[]>(read.map(({ api, policies }) => [api, [...policies]]));
  const apis = read.map(({ api }) => api);
  for (const source of of("PolicyBinding")) {
    const binding = readBinding(source, apis);
    for (const api of binding.apis) {
      bound.get(api)?.push(binding.policy);
    }
  }
  const documents: PlainDocument[] = [];
  const notes: ImportNote[] = [];
  for (const [api, policies] of bound) {
    const made: Made = { documents: [], names };
    makeApi(api, policies, made, options);
    for (const document of made.documents) {
      const refused = judgeDocument(document, api.root.ref, false);
      if (refused.length === 0) {
        documents.push(document);
      }
      notes.push(...refused);
    }
  }
  for (const source of sources) {
    if (!own.includes(source)) {
      source.root.drop("It is no configuration of Anypoint: give it to another importer, or apply it");
    } else if (!/^(ApiInstance|PolicyBinding|Service)$/.test(source.kind)) {
      source.root.drop(whyNot(source.kind));
    } else {
      tellRest(source);
    }
    notes.push(...source.root.notes);
  }
  for (const { root } of apis.filter(({ root: one }) => one.ref.startsWith("API/"))) {
    root.tellRest({});
    notes.push(...root.notes);
  }
  return { documents, notes };
}

function addressOf({ root }: SourceDocument): Field {
  return root.at("spec").at("address");
}

function tellRest(source: SourceDocument): void {
  readMetadata(source);
  source.root.tellRest({});
}

function whyNot(kind: string): string {
  return kind === "Configuration"
    ? "What a gateway's process is told has no counterpart: there is no process to tell it to"
    : `Nothing here corresponds to ${kind}`;
}

function makeApi(api: AnypointApi, policies: readonly BoundPolicy[], made: Made, options: AnypointOptions): void {
  const effects = policies.map(({ policy, rules }) => {
    rules?.change("It was for some requests of the API: it is for all of them here");
    rules?.take();
    return translatePolicy(policy, { ...options, api });
  });
  const services = servicesOf(api, made);
  const filters = effects.flatMap((effect) => effect.filters ?? []);
  const routes = routeDocuments(api, rulesOf(api, services), filters, made);
  if (routes.length === 0) {
    api.root.drop("It has no route that can be said: there is nothing to attach its policies to");
    return;
  }
  const policy = ({ kind, spec }: PolicySpec, suffix: string): PlainDocument[] =>
    inParts(routes, MOST_TARGETS).map((some) => ({
      apiVersion: "selvage.dev/v1",
      kind,
      metadata: { name: made.names.take(kind, api.namespace, `${api.name}${suffix}`), namespace: api.namespace },
      spec: { targetRefs: some.map((name) => ({ kind: "HTTPRoute", name })), ...spec },
    }));
  const { specs, contradictions } = specsOf(effects);
  const protecting = specs.flatMap((spec) => policy(spec, SUFFIXES[spec.kind] ?? ""));
  // One that the mesh would not take protects nothing.
  const refused = protecting.flatMap((document) => judgeDocument(document, api.root.ref, false));
  const reasons = [...effects.flatMap(({ closed }) => closed ?? []), ...contradictions];
  reasons.push(...refused.map(({ message }) => message));
  made.documents.push(...protecting);
  if (reasons.length > 0) {
    api.root.change(`NOBODY IS LET IN (AuthorizationPolicy ${api.name}-closed): ${reasons.join("; ")}`);
    made.documents.push(...policy(CLOSED, "-closed"));
  }
  for (const service of new Set(services.values())) {
    makeTiers(api, service, made);
  }
}

const CLOSED: PolicySpec = { kind: "AuthorizationPolicy", spec: { action: "ALLOW", rules: [] } };
const SUFFIXES: Readonly<Record<string, string>> = {
  RateLimitPolicy: "-limits",
  IPAccessPolicy: "-addresses",
  AuthorizationPolicy: "-claims",
};

/**
 * Limits, addresses and claims add up, there and here. Of the other kinds the most specific one holds, so what several
 * policies say is said together; two that say one member in different ways cannot both hold.
 */
function specsOf(effects: readonly PolicyEffect[]): { specs: PolicySpec[]; contradictions: string[] } {
  const all = effects.flatMap((effect) => effect.policies ?? []);
  const contradictions: string[] = [];
  const specs = [...Map.groupBy(all, ({ kind }) => kind)].flatMap(([kind, some]) => {
    if (Object.hasOwn(SUFFIXES, kind)) {
      return some;
    }
    const said = new Map<string, string>();
    for (const [member, value] of some.flatMap(({ spec }) => Object.entries(spec))) {
      const text = JSON.stringify(value);
      if (said.has(member) && said.get(member) !== text) {
        contradictions.push(`Several policies say ${member} in different ways, and only one of them would hold`);
      }
      said.set(member, text);
    }
    return [{ kind, spec: Object.assign({}, ...some.map(({ spec }) => spec)) as PolicySpec["spec"] }];
  });
  return { specs, contradictions };
}

function makeTiers(api: AnypointApi, service: string, { documents, names }: Made): void {
  for (const tier of api.tiers) {
    const name = tier.at("name").text() ?? "tier";
    const limits = tierLimitsOf(tier.at("limits"));
    const approval = tier.at("autoApprove").flag() === true ? "auto" : "manual";
    for (const member of ["id", "description", "status", "apiId", "applicationCount", "audit"]) {
      tier.at(member).take();
    }
    if (limits.length === 0) {
      continue;
    }
    documents.push({
      apiVersion: "selvage.dev/v1",
      kind: "Tier",
      metadata: { name: names.take("Tier", api.namespace, name), namespace: api.namespace },
      spec: { service, approval, limits: limits.map((limit) => Object.assign(limit, { algorithm: "fixed-window" })) },
    });
  }
}
