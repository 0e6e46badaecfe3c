// Istio's Gateway → a Gateway of the Gateway API: a listener for each host of each server. A server that asks for more
// than the mesh can check (client certificates, no plain HTTP) is left out rather than opened.
import { hostnameSchema } from "../../model/document/field/hostname.ts";
import { sectionNameSchema } from "../../model/document/field/names.ts";
import type { PlainDocument } from "../source/import-note.ts";
import type { Translation } from "./translation.ts";
import { refusalOf } from "../source/judge-document.ts";
import { labelName, readMetadata, type SourceDocument } from "../source/source-documents.ts";
import type { Field } from "../source/source-field.ts";

const REASONS = {
  selector: "The platform is the door: there are no gateway pods to select",
  bind: "The platform owns the addresses",
  defaultEndpoint: "Only HTTPRoutes say where requests go",
  targetPort: "The platform owns the ports",
  minProtocolVersion: "The platform ends TLS, with its own settings",
  maxProtocolVersion: "The platform ends TLS, with its own settings",
  cipherSuites: "The platform ends TLS, with its own settings",
  serverCertificate: "The platform ends TLS, with its own certificates",
  privateKey: "The platform ends TLS, with its own certificates",
} as const;

interface Listener {
  readonly name: string;
  readonly hostname?: string;
  readonly port: number;
  readonly protocol: "HTTP" | "HTTPS";
}

export function translateGateway(source: SourceDocument, { names }: Translation): PlainDocument[] {
  const { root, namespace } = source;
  const spec = root.at("spec");
  const metadata = readMetadata(source);
  const taken = new Set<string>();
  const listeners = spec
    .at("servers")
    .items()
    .flatMap((server) => listenersOf(server, taken));
  spec.tellRest(REASONS);
  root.tellRest({});
  if (listeners.length === 0) {
    root.drop("None of its servers can be said, so there is no Gateway of it");
    return [];
  }
  const name = names.take("Gateway", namespace, source.name);
  if (labelName(source.name) !== source.name) {
    root.at("metadata").at("name").change(`A name is a DNS label here: it becomes ${name}`);
  }
  return [
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      metadata: { name, namespace, ...metadata },
      spec: { gatewayClassName: "selvage", listeners },
    },
  ];
}

function listenersOf(server: Field, taken: Set<string>): Listener[] {
  const port = server.at("port");
  const number = port.at("number").number();
  const written = port.at("protocol").text()?.toUpperCase() ?? "HTTP";
  const called = server.at("name").text() ?? port.at("name").text() ?? "server";
  port.at("name").take();
  const protocol =
    written === "HTTPS" ? "HTTPS" : ["HTTP", "HTTP2", "GRPC", "GRPC-WEB"].includes(written) ? "HTTP" : null;
  const hosts = server.at("hosts").items();
  const refusal =
    protocol === null ? `The mesh serves HTTP and HTTPS, not ${written}` : refusedTls(server.at("tls"), protocol);
  if (refusal !== null || protocol === null || number === null) {
    server.drop(`${refusal ?? "It has no port number"}: the server is left out`);
    return [];
  }
  if (written === "GRPC") {
    port.at("protocol").change("gRPC itself does not pass: the Workers runtime has no trailers");
  }
  const tls = tlsOf(server.at("tls"));
  return hosts.flatMap((field): Listener[] => {
    const host = hostOf(field);
    if (host === null) {
      return [];
    }
    const place = JSON.stringify([number, protocol, host.hostname]);
    if (taken.has(place)) {
      field.drop("A server before it has the same port, protocol and host");
      return [];
    }
    taken.add(place);
    const name = freshName(called, taken);
    return [
      {
        name,
        ...(host.hostname === null ? {} : { hostname: host.hostname }),
        port: number,
        protocol,
        ...(tls === null ? {} : { tls }),
        allowedRoutes: { namespaces: host.namespaces },
      } as Listener,
    ];
  });
}

function freshName(called: string, taken: Set<string>): string {
  const base = refusalOf(sectionNameSchema, called) === null ? called : labelName(called);
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (taken.has(name)) {
      continue;
    }
    taken.add(name);
    return name;
  }
}

/** `[<namespace>/]<host>`: the namespace says whose routes may attach. */
function hostOf(field: Field): { hostname: string | null; namespaces: object } | null {
  const [host = "", namespace = "*"] = (field.text() ?? "").toLowerCase().split("/").toReversed();
  const hostname = host === "*" ? null : host;
  const refusal = hostname === null ? null : refusalOf(hostnameSchema, hostname);
  if (refusal !== null) {
    field.drop(`${refusal}: the host is left out`);
    return null;
  }
  if (namespace === "*") {
    return { hostname, namespaces: { from: "All" } };
  }
  if (namespace === ".") {
    return { hostname, namespaces: { from: "Same" } };
  }
  const matchLabels = { "kubernetes.io/metadata.name": namespace };
  return { hostname, namespaces: { from: "Selector", selector: { matchLabels } } };
}

/** Why a server must not be opened as it stands here; null when it may. */
function refusedTls(tls: Field, protocol: "HTTP" | "HTTPS"): string | null {
  const mode = tls.at("mode").text() ?? "SIMPLE";
  if (tls.at("httpsRedirect").flag() === true) {
    return "It only sends callers to https, which the platform does (Always Use HTTPS)";
  }
  if (protocol === "HTTP") {
    return null;
  }
  if (mode !== "SIMPLE") {
    return `TLS with mode ${mode} is not the platform's to give: a caller would not be checked as before`;
  }
  const names = [
    "subjectAltNames",
    "verifyCertificateSpki",
    "verifyCertificateHash",
    "caCertificates",
    "caCertCredentialName",
  ];
  return names.some((name) => tls.at(name).present) ? "Certificates of clients cannot be checked here" : null;
}

/** The certificate's name is kept and not read. */
function tlsOf(tls: Field): object | null {
  const names = [
    tls.at("credentialName").text(),
    ...tls
      .at("credentialNames")
      .items()
      .map((entry) => entry.text()),
  ];
  const certificateRefs = names.flatMap((name) => (name === null || name === "" ? [] : [{ name }]));
  return certificateRefs.length === 0 ? null : { mode: "Terminate", certificateRefs };
}
