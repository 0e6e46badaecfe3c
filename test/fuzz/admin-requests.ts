// Hostile requests to the admin API, made from its own OpenAPI document: every call, with parameters, headers and
// bodies that are nearly right, wrong in one place, or no such thing at all.
import * as z from "zod";
import { kindNames, kinds, specSchema } from "../../src/model/document/kinds.ts";
import { BROKEN_BODIES, disturbed } from "./hostile-values.ts";
import type { Random } from "./random.ts";
import { sample, type Schema } from "./schema-sample.ts";

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly schema?: Schema;
}

export interface AdminOperation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** By type of content; empty = it takes no body. */
  readonly bodies: readonly (readonly [type: string, schema: Schema])[];
}

export interface AdminRequest {
  readonly operationId: string;
  readonly method: string;
  readonly target: string;
  /** One byte for each character, as is the body. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | null;
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
}
interface Described {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Schema }>> };
}

export function operationsOf({ paths }: OpenApi): AdminOperation[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { operationId, parameters = [], requestBody }]) => ({
      operationId,
      method: method.toUpperCase(),
      path,
      parameters,
      bodies: Object.entries(requestBody?.content ?? {}).map(([type, { schema = {} }]) => [type, schema] as const),
    })),
  );
}

/** Of whole documents, of every kind and version. */
const DOCUMENTS: readonly Schema[] = kindNames.flatMap((kind) =>
  kinds[kind].apiVersions.map((apiVersion): Schema => {
    // What zod makes is a JSON Schema, of which a fuzz reads a part.
    const spec = z.toJSONSchema(specSchema(kind, apiVersion), { io: "input" }) as Schema;
    const named = { type: "object", properties: { name: {}, namespace: {} }, required: ["name", "namespace"] };
    const properties = { apiVersion: { const: apiVersion }, kind: { const: kind }, metadata: named, spec };
    return { type: "object", properties, required: Object.keys(properties) };
  }),
);

const PLACES: Readonly<Record<string, readonly string[]>> = {
  ns: ["shop", "shop", "evil", "default", "selvage-system"],
  kind: ["service", "service", "httproute", "trafficpolicy", "Service", "nothing"],
  name: ["orders", "web", "app", "missing"],
  svc: ["orders", "web", "missing"],
  id: ["one", "two", "0123456789ab", "static-0"],
  n: ["1", "2", "3", "999"],
  kid: ["none"],
};
const HOSTILE_PLACES = [
  "..",
  "%2e%2e",
  "%00",
  "%2f",
  "a%20b",
  "__proto__",
  "constructor",
  "-1",
  "0",
  "1e9",
  "99999999999999999999",
  "NaN",
  "%ff",
  "\xe9",
  "%C3%A9",
  "a".repeat(3000),
  "*",
  "'",
  "%27%20OR%201=1",
  "a;b",
  "a:b",
  "@",
  "%0d%0aX: y",
  "",
];
const HOSTILE_QUERIES = [
  "",
  "1",
  "-1",
  "0",
  "1e9",
  "99999999999999999999",
  "true",
  "TRUE",
  "null",
  "%00",
  "%ff",
  "%",
  "%zz",
  "a,b,c",
  ",".repeat(500),
  "a=b,c!=d",
  "app in (a,b)",
  "(".repeat(300),
  "a".repeat(5000),
  "__proto__",
  "*",
  "2026-01-01",
  "2026-99-99T00:00:00Z",
  "shop/orders",
  "../..",
  "%27--",
  "eyJhIjoxfQ",
  "eyJ" + "A".repeat(2000),
];
const TYPES = [
  "application/json",
  "application/yaml",
  "application/yaml",
  "text/yaml",
  "text/plain",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "application/json; charset=utf-16",
  "application/merge-patch+json",
  "",
  "a",
  "/".repeat(200),
];
const HEADERS: readonly (readonly [name: string, values: readonly string[]])[] = [
  ["if-match", ["*", '"1"', '"0"', '"999999999999999999999"', "1", 'W/"1"', '"1","2"', '"', "", "x".repeat(4000)]],
  ["if-none-match", ["*", '"1"', "x", ","]],
  ["accept", ["*/*", "text/html", "application/json;q=0", "x", ",".repeat(1000)]],
  ["content-encoding", ["gzip", "identity", "br, gzip", "x"]],
  ["origin", ["https://evil.example", "null", "http://"]],
  ["cookie", ["selvage-session=x", "a=b; ".repeat(300), "="]],
  ["x-request-id", ["a b", "x".repeat(500), "ok-1"]],
  ["x-http-method-override", ["DELETE", "PUT"]],
  ["selvage-identity", ["x.y.z"]],
  ["accept-language", ["x".repeat(2000)]],
  ["user-agent", ["<script>", "x".repeat(3000)]],
  ["traceparent", ["00-x", "x".repeat(2000)]],
  ["tracestate", [" ,".repeat(2000)]],
];
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

export function hostileRequest(
  operations: readonly AdminOperation[],
  document: unknown,
  tokens: readonly string[],
  random: Random,
): AdminRequest {
  const operation = random.oneOf(operations);
  const method = random.chance(5) ? random.oneOf(METHODS) : operation.method;
  const place = (name: string): string =>
    random.chance(12) ? random.oneOf(HOSTILE_PLACES) : random.oneOf(PLACES[name] ?? ["one", "orders", "1"]);
  const path = operation.path.replaceAll(/\{(.+?)\}/g, (_, name: string) => place(name));
  const body = random.chance(operation.bodies.length > 0 ? 97 : 15) ? bodyOf(operation, document, random) : null;
  const headers: [string, string][] = [];
  if (!random.chance(5)) {
    headers.push(["authorization", `Bearer ${random.oneOf(tokens)}`]);
  }
  if (body !== null) {
    headers.push(["content-type", random.chance(94) ? body.type : random.oneOf(TYPES)]);
  }
  for (const [name, values] of HEADERS) {
    if (random.chance(name === "if-match" ? 15 : 3)) {
      headers.push([name, random.oneOf(values)]);
    }
  }
  const target =
    path + (random.chance(2) ? random.oneOf(["/", "//", "/.", ";a=b", "%2f", "#x"]) : "") + queryOf(operation, random);
  return { operationId: operation.operationId, method, target, headers, body: body?.text ?? null };
}

function queryOf({ parameters }: AdminOperation, random: Random): string {
  const known = parameters.filter((one) => one.in === "query" && random.chance(30));
  const pairs = known.map(({ name, schema }): string => {
    const usual =
      schema === undefined || random.chance(40) ? random.oneOf(HOSTILE_QUERIES) : String(sample(schema, {}, random));
    return `${name}=${usual.replaceAll(/[ #&\u0100-\uffff]/g, "+")}`;
  });
  if (random.chance(5)) {
    pairs.push(
      `${random.oneOf(["extra", "__proto__", "a[b]", "", known[0]?.name ?? "limit"])}=${random.oneOf(HOSTILE_QUERIES)}`,
    );
  }
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

function bodyOf({ bodies }: AdminOperation, document: unknown, random: Random): { type: string; text: string } {
  if (random.chance(8)) {
    return { type: random.oneOf(TYPES), text: random.oneOf(BROKEN_BODIES) };
  }
  const [type, schema] = bodies.length === 0 ? (["application/json", {}] as const) : random.oneOf(bodies);
  if (type === "application/x-www-form-urlencoded") {
    return { type, text: formOf(random) };
  }
  if (type !== "application/json" || random.chance(20)) {
    return { type: "application/yaml", text: documentsOf(random) };
  }
  const value = sample(schema, document, random);
  return { type, text: bytes(random.chance(60) ? disturbed(value, random) : value) };
}

/** Documents that are taken as they are: what is refused behind them must leave no trace. */
const GOOD: readonly string[] = [
  '{apiVersion: selvage.dev/v1, kind: Service, metadata: {name: orders, namespace: shop}, spec: {exposure: public, endpoints: [{url: "http://127.0.0.1:9"}]}}',
  '{apiVersion: selvage.dev/v1, kind: Service, metadata: {name: orders, namespace: shop}, spec: {exposure: mesh, endpoints: [{url: "http://127.0.0.1:8", version: v2}]}}',
  "{apiVersion: selvage.dev/v1, kind: Service, metadata: {name: web, namespace: shop, labels: {app: a}}, spec: {}}",
  "{apiVersion: selvage.dev/v1, kind: Service, metadata: {name: web, namespace: evil}, spec: {}}",
  "{apiVersion: selvage.dev/v1, kind: Application, metadata: {name: app, namespace: shop}, spec: {owner: me}}",
  "{apiVersion: selvage.dev/v1, kind: TrafficPolicy, metadata: {name: orders, namespace: shop}, spec: {targetRefs: [{kind: Service, name: orders}], circuitBreaker: {}}}",
  "{apiVersion: selvage.dev/v1, kind: RateLimitPolicy, metadata: {name: quota, namespace: shop}, spec: {targetRefs: [{kind: Service, name: orders}], limits: [{name: l, requests: 5, window: 1s}]}}",
  "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: web, namespace: shop}, spec: {hostnames: [a.example], rules: [{backendRefs: [{name: orders}]}]}}",
  "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: web, namespace: evil}, spec: {parentRefs: [{kind: Service, name: orders, namespace: shop}], rules: [{backendRefs: [{name: orders, namespace: shop}]}]}}",
];

/** Several documents as YAML, which JSON is. */
function documentsOf(random: Random): string {
  const made = Array.from({ length: 1 + random.below(3) }, () => {
    if (random.chance(50)) {
      return random.oneOf(GOOD);
    }
    const schema = random.oneOf(DOCUMENTS);
    const value = sample(schema, schema.properties?.["spec"], random);
    return bytes(random.chance(50) ? disturbed(value, random) : value);
  });
  return made.join("\n---\n");
}

function formOf(random: Random): string {
  const fields = [
    "grant_type",
    "client_id",
    "client_secret",
    "scope",
    "subject_token",
    "subject_token_type",
    "audience",
    "__proto__",
  ];
  const values = [
    "client_credentials",
    "urn:ietf:params:oauth:grant-type:token-exchange",
    "a.b.c",
    "%00",
    "%ff",
    "x".repeat(5000),
    "",
    "one",
  ];
  return Array.from({ length: random.below(6) }, () => `${random.oneOf(fields)}=${random.oneOf(values)}`).join("&");
}

/** UTF-8, a character for each byte; a lone surrogate as JSON escapes it. */
function bytes(value: unknown): string {
  return Buffer.from(JSON.stringify(value) ?? "", "utf8").toString("latin1");
}
