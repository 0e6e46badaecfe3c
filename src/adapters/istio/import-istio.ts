// Istio configuration → Gateway API and Selvage documents, and the exact list of what is lost on the way. Documents
// that the mesh takes as they stand (Services, HTTPRoutes …) pass through.
import { isKept, keepDocument, whyNot } from "../source/import-gateway-api.ts";
import type { Imported, ImportNote, PlainDocument } from "../source/import-note.ts";
import { Grants } from "./grants.ts";
import { translateAuthorizationPolicy } from "./authorization-policy.ts";
import type { Translation, Translate } from "./translation.ts";
import { translateDestinationRule } from "./destination-rule.ts";
import { translateGateway } from "./gateway.ts";
import { translatePeerAuthentication } from "./peer-authentication.ts";
import { translateRequestAuthentication } from "./request-authentication.ts";
import { translateVirtualService } from "./virtual-service.ts";
import { surveyIstio } from "./documents.ts";
import { judgeDocument } from "../source/judge-document.ts";
import { Names, firstOfEach, openDocuments, type SourceDocument } from "../source/source-documents.ts";

export interface IstioOptions {
  /** Stands for Istio's `cluster.local` in principals: TRUST_DOMAIN of the mesh. */
  readonly trustDomain?: string;
}

const NETWORKING = /^networking\.istio\.io\/(v1|v1beta1|v1alpha3)$/;
const SECURITY = /^security\.istio\.io\/(v1|v1beta1)$/;

const translators: readonly { readonly kind: string; readonly version: RegExp; readonly translate: Translate }[] = [
  { kind: "VirtualService", version: NETWORKING, translate: translateVirtualService },
  { kind: "DestinationRule", version: NETWORKING, translate: translateDestinationRule },
  { kind: "Gateway", version: NETWORKING, translate: translateGateway },
  { kind: "AuthorizationPolicy", version: SECURITY, translate: translateAuthorizationPolicy },
  { kind: "RequestAuthentication", version: SECURITY, translate: translateRequestAuthentication },
  { kind: "PeerAuthentication", version: SECURITY, translate: translatePeerAuthentication },
];

/** Istio's kinds that have no counterpart. */
const REASONS: Readonly<Record<string, string>> = {
  ServiceEntry: "an outside host becomes a Service whose endpoints are its URLs, which this cannot know for certain",
  Sidecar: "there are no sidecars to configure. Which hosts a workload may call, NOTHING ENFORCES HERE",
  EnvoyFilter: "there is no Envoy to patch. What it refuses or limits, NOTHING ENFORCES HERE",
  WasmPlugin: "there is no Envoy to extend. What it refuses or limits, NOTHING ENFORCES HERE",
  ProxyConfig: "there are no proxies to configure",
  WorkloadEntry: "an endpoint is registered by its URL, in its Service or through the API",
  WorkloadGroup: "an endpoint is registered by its URL, in its Service or through the API",
  Telemetry: "what is observed is not configured by documents",
};

/** @param values parsed files: documents, arrays of them, `List`s */
export function importIstio(values: readonly unknown[], options: IstioOptions = {}): Imported {
  const sources = openDocuments(values);
  const names = new Names();
  const translation: Translation = {
    world: surveyIstio(sources, options.trustDomain ?? "mesh.local"),
    names,
    grants: new Grants(names),
    authenticated: new Map(),
  };
  const documents: PlainDocument[] = [];
  const notes: ImportNote[] = [];
  const isFirst = firstOfEach();
  // What passes through keeps its name, so it takes it first.
  for (const one of sources) {
    if (isKept(one)) {
      names.take(one.kind, one.namespace, one.name);
    }
  }
  for (const source of sources) {
    const { root } = source;
    if (isFirst(source)) {
      for (const document of translate(source, translation)) {
        const refused = judgeDocument(document, root.ref, false);
        if (refused.length === 0) {
          documents.push(document);
        }
        for (const { message } of refused) {
          root.drop(message);
        }
      }
    }
    notes.push(...root.notes);
  }
  for (const grant of translation.grants.documents()) {
    const { kind, metadata } = grant;
    const refused = judgeDocument(grant, `${kind}/${metadata.namespace}/${metadata.name}`, false);
    if (refused.length === 0) {
      documents.push(grant);
    }
    notes.push(...refused);
  }
  return { documents, notes };
}

function translate(source: SourceDocument, translation: Translation): readonly PlainDocument[] {
  if (isKept(source)) {
    return keepDocument(source);
  }
  const { kind, apiVersion, root } = source;
  const known = translators.find((one) => one.kind === kind && one.version.test(apiVersion));
  if (known !== undefined) {
    return known.translate(source, translation);
  }
  const reason = apiVersion.includes("istio.io/") && Object.hasOwn(REASONS, kind) ? REASONS[kind] : undefined;
  root.drop(reason === undefined ? whyNot(source) : `${kind} has no counterpart: ${reason}`);
  return [];
}
