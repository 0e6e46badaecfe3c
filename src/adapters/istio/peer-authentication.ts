// PeerAuthentication: nothing is made of it, since what corresponds is a matter of each Service. What that is, is told.
import type { PlainDocument } from "../source/import-note.ts";
import { readMetadata, type SourceDocument } from "../source/source-documents.ts";

const MODES: Readonly<Record<string, string>> = {
  STRICT:
    "exposure: mesh of a Service, the default, asks every caller at its own address for an identity; requests through a Gateway need one where an AuthenticationPolicy has mesh: {required: true}",
  PERMISSIVE:
    "callers without an identity pass at a Service's own address with exposure: public; the default, mesh, refuses them",
  DISABLE:
    "callers without an identity pass at a Service's own address with exposure: public; the default, mesh, refuses them",
  UNSET: "what is above it holds there; here exposure of each Service, which is mesh where nothing is written",
};

const REASONS = {
  selector: "Exposure is said by each Service",
  portLevelMtls: "Endpoints are URLs: a service has no ports of its own, so exposure holds for all of it",
};

export function translatePeerAuthentication(source: SourceDocument): PlainDocument[] {
  const { root } = source;
  const spec = root.at("spec");
  readMetadata(source);
  const mode = spec.at("mtls").at("mode");
  const text = mode.text() ?? "UNSET";
  const corresponds = Object.hasOwn(MODES, text) ? MODES[text] : "there is no such mode";
  const message = `There is no mutual TLS between sidecars here. ${text}: ${corresponds}`;
  (mode.present ? mode : root).drop(message);
  spec.tellRest(REASONS);
  root.tellRest({});
  return [];
}
