// Istio documents as tests write them, and what becomes of them.
import type { ImportNote, PlainDocument } from "../../../src/adapters/source/import-note.ts";
import { importIstio } from "../../../src/adapters/istio/import-istio.ts";

const GROUPS: Readonly<Record<string, string>> = {
  VirtualService: "networking.istio.io/v1",
  DestinationRule: "networking.istio.io/v1",
  Gateway: "networking.istio.io/v1",
  AuthorizationPolicy: "security.istio.io/v1",
  RequestAuthentication: "security.istio.io/v1",
  PeerAuthentication: "security.istio.io/v1",
};

/** A document of Istio in namespace `shop`. */
export function istio(kind: string, name: string, spec: object, namespace = "shop"): object {
  return { apiVersion: GROUPS[kind] ?? "networking.istio.io/v1", kind, metadata: { name, namespace }, spec };
}

/** A core Service of namespace `shop`, which stands for `app: <name>`. */
export function service(name: string, namespace = "shop"): object {
  return { apiVersion: "v1", kind: "Service", metadata: { name, namespace }, spec: { selector: { app: name } } };
}

/** The spec of the only document of a kind. */
export function specOf(documents: readonly PlainDocument[], kind: string): unknown {
  const found = documents.filter((document) => document.kind === kind);
  if (found.length !== 1) {
    throw new Error(`${found.length} documents of kind ${kind}`);
  }
  return found[0]?.spec;
}

/** The rules of the HTTPRoute that one rule of a VirtualService for the service `web` becomes, and the notes. */
export function ruleOf(...http: object[]): { rules: unknown[]; notes: readonly ImportNote[] } {
  const { documents, notes } = importIstio([istio("VirtualService", "web", { hosts: ["web"], http })]);
  const route = documents.find(({ kind }) => kind === "HTTPRoute");
  const spec = route?.spec as { rules: unknown[] } | undefined;
  return { rules: spec?.rules ?? [], notes };
}

/** Notes as `severity pointer: message`. */
export function told(notes: readonly ImportNote[]): string[] {
  return notes.map(({ severity, pointer, message }) => `${severity} ${pointer}: ${message}`);
}

/** `{route: [{destination: {host: web}}]}`. */
export const toWeb = { route: [{ destination: { host: "web" } }] };
