// Compiles a mesh written in YAML, and asks what became of it: for tests of the compiler and the matcher.
import { expect } from "vitest";
import { compile, type Compiled, type CompileOptions } from "../../src/compile/compile.ts";
import { match, type RouteRequest } from "../../src/decide/route/match.ts";
import type { Document } from "../../src/model/document/document.ts";
import type { Finding } from "../../src/model/word/finding.ts";
import { parseDocuments } from "../../src/model/read/parse-documents.ts";
import type { Held } from "../../src/model/snapshot/policies.ts";
import type { Snapshot } from "../../src/model/snapshot/snapshot.ts";
import type { Condition } from "../../src/model/registry/status.ts";

export const NOW = "2026-11-23T12:00:00Z";

export function documentsOf(yaml: string): Document[] {
  const parsed = parseDocuments(yaml, "yaml");
  if (!parsed.ok) {
    throw new Error(JSON.stringify(parsed.refusal, null, 1));
  }
  return parsed.documents.map(({ document }) => document);
}

export function compiled(yaml: string, options: Partial<CompileOptions> = {}): Compiled {
  return compile(documentsOf(yaml), { revision: 1, now: NOW, localMesh: false, ...options });
}

/** A request as a user would write it; the rest of `more` as `match` takes it. */
export function request(
  method: string,
  url: string,
  headers: Readonly<Record<string, string>> = {},
  more: Partial<RouteRequest> = {},
): RouteRequest {
  const { hostname, pathname, searchParams, protocol } = new URL(url);
  return {
    host: hostname,
    path: pathname,
    method,
    header: (name) => headers[name] ?? null,
    query: (name) => searchParams.get(name),
    entry: { gateway: null, port: null, scheme: protocol === "https:" ? "https" : "http" },
    service: null,
    callerNamespace: null,
    ...more,
  };
}

/** `"<namespace>/<name>#<rule>"` of the rule that answers, `"direct"`, or null for 404. */
export function answer({ snapshot }: Compiled, asked: RouteRequest): string | null {
  const found = match(snapshot.router, asked);
  if (found.match === null) {
    return found.direct ? "direct" : null;
  }
  return `${found.rule.route}#${found.rule.name}`;
}

/** `"True Accepted"`, `"False NoMatchingParent"`, … of a route's parent, by the condition's type. */
export function parentConditions({ statuses }: Compiled, ref: string, parent = 0): Record<string, string> {
  const status = statuses.get(ref);
  expect(status).toHaveProperty("parents");
  return status !== undefined && "parents" in status ? words(status.parents[parent]?.conditions ?? []) : {};
}

export function words(conditions: readonly Condition[]): Record<string, string> {
  return Object.fromEntries(conditions.map(({ type, status, reason }) => [type, `${status} ${reason}`]));
}

/** Code, document and pointer of each finding, in order. */
export function told(findings: readonly Finding[]): string[] {
  return findings.map(({ code, ref, pointer }) => `${code} ${ref} ${pointer}`);
}

export const service = (name: string, namespace = "shop"): string => `
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: ${name}, namespace: ${namespace}}
spec: {endpoints: [{url: "https://${name}.example.com"}]}
---`;

/** A Gateway of namespace shop with one listener that takes every host. */
export const gateway = (name: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: ${name}, namespace: shop}
spec: {gatewayClassName: any, listeners: [{name: http, port: 80, protocol: HTTP}]}
---`;

/** What holds at a service, a backend or a rule, looked up. */
export function heldBy({ policies: tables }: Snapshot, place: Held | undefined) {
  const { traffic, limit = [], fault, authentication, authorization = [], ipAccess = [] } = place?.policies ?? {};
  return {
    traffic: traffic === undefined ? undefined : tables.traffic?.[traffic],
    fault: fault === undefined ? undefined : tables.fault?.[fault],
    authentication: authentication === undefined ? undefined : tables.authentication?.[authentication],
    limits: limit.map((index) => tables.limit?.[index]),
    authorizations: authorization.map((index) => tables.authorization?.[index]),
    ipAccesses: ipAccess.map((index) => tables.ipAccess?.[index]),
  };
}
