// Random meshes and requests for properties, drawn from small alphabets so that hostnames, paths and conditions
// collide.
import * as fc from "fast-check";
import type { RouteRequest } from "../../../src/decide/route/match.ts";
import type { Document, DocumentOf } from "../../../src/model/document/document.ts";
import type { HTTPRouteMatch } from "../../../src/model/document/gateway-api/http-route-match.ts";
import type { ParentRef } from "../../../src/model/document/gateway-api/parent-ref.ts";
import type { NaiveMesh } from "./naive-precedence.ts";

const NAMESPACES = ["n1", "n2", "n3"] as const;
const HOSTS = ["a.com", "b.a.com", "c.b.a.com", "d.c.b.a.com", "z.org", "constructor", "b.z.org"];
const HOSTNAMES = ["a.com", "*.a.com", "b.a.com", "*.b.a.com", "c.b.a.com", "*.com", "z.org", "constructor", "*.z.org"];
const PREFIXES = ["/", "/a", "/a/", "/a/b", "/ab", "/b", "/a/b/c", "/constructor", "/__proto__"];
const PATHS = [...PREFIXES, "/a/b/", "/abc", "/c", "/a/x", "/b/a", "/a/b/c/d", "/toString"];
/** Mean the same to RE2 and to JavaScript. */
const PATTERNS = [".*", "/a.*", "/(a|b)", "/[a-b]+/?", "/a/(b|c)(/.*)?", "[^/]*", "1|2", "[0-9]+"];
const METHODS = ["GET", "POST", "PUT"] as const;
const PORTS = [80, 443, 8080];

/** Mostly absent, so that conditions do not hide one another. */
const seldom = <Value>(arb: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, arb);

type ValueCondition = HTTPRouteMatch["headers"][number];
const none = fc.constant<ValueCondition[]>([]);
const valueMatch = (names: readonly string[]): fc.Arbitrary<ValueCondition[]> =>
  fc.uniqueArray(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({
          type: fc.constant("Exact" as const),
          name: fc.constantFrom(...names),
          value: fc.constantFrom("1", "2"),
        }),
      },
      fc.record({
        type: fc.constant("RegularExpression" as const),
        name: fc.constantFrom(...names),
        value: fc.constantFrom(...PATTERNS),
      }),
    ),
    { maxLength: 2, selector: ({ name }) => name.toLowerCase() },
  );

const matchArb: fc.Arbitrary<HTTPRouteMatch> = fc.record(
  {
    path: fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ type: fc.constant("PathPrefix" as const), value: fc.constantFrom(...PREFIXES) }),
      },
      { weight: 2, arbitrary: fc.record({ type: fc.constant("Exact" as const), value: fc.constantFrom(...PATHS) }) },
      fc.record({ type: fc.constant("RegularExpression" as const), value: fc.constantFrom(...PATTERNS) }),
    ),
    method: fc.constantFrom(...METHODS),
    headers: fc.oneof({ weight: 4, arbitrary: none }, valueMatch(["x", "Y"])),
    queryParams: fc.oneof({ weight: 6, arbitrary: none }, valueMatch(["q", "r"])),
  },
  { requiredKeys: ["path", "headers", "queryParams"] },
);

const ref = (group: string, kind: string, namespace: string, name: string, more: object): ParentRef => ({
  group,
  kind,
  namespace,
  name,
  ...more,
});
const listenerName = (index: number): string => `l${index}`;

const parentRefArb: fc.Arbitrary<ParentRef> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(...NAMESPACES), fc.constant("g1"), seldom(fc.nat(3)), seldom(fc.constantFrom(...PORTS)))
      .map(([namespace, name, section, port]) =>
        ref("gateway.networking.k8s.io", "Gateway", namespace, name, {
          ...(section === undefined ? {} : { sectionName: listenerName(section) }),
          ...(port === undefined ? {} : { port }),
        }),
      ),
  },
  { weight: 1, arbitrary: fc.constant(ref("gateway.networking.k8s.io", "Gateway", "selvage-system", "selvage", {})) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...NAMESPACES), fc.constantFrom("s1", "s2"), seldom(fc.constantFrom(80, 8080)))
      .map(([namespace, name, port]) => ref("", "Service", namespace, name, port === undefined ? {} : { port })),
  },
);

const gatewayArb = fc
  .record({
    namespace: fc.constantFrom(...NAMESPACES),
    name: fc.constant("g1"),
    // Port and protocol go together: two protocols on one port would be a conflict.
    listeners: fc.uniqueArray(
      fc.record({
        port: fc.constantFrom(...PORTS),
        hostname: seldom(fc.constantFrom(...HOSTNAMES)),
        from: fc.constantFrom("All", "All", "All", "All", "Same", "Selector", "None"),
      }),
      { minLength: 1, maxLength: 4, selector: ({ port, hostname }) => `${port} ${hostname}` },
    ),
  })
  .map(({ namespace, name, listeners }): DocumentOf<"Gateway"> => ({
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: { namespace, name, labels: {}, annotations: {} },
    spec: {
      gatewayClassName: "selvage",
      addresses: [],
      listeners: listeners.map(({ port, hostname, from }, index) => ({
        name: listenerName(index),
        port,
        protocol: port === 443 ? "HTTPS" : "HTTP",
        ...(hostname === undefined ? {} : { hostname }),
        allowedRoutes: {
          kinds: [],
          namespaces: {
            from: from as "All",
            ...(from === "Selector" ? { selector: { matchLabels: { team: "x" }, matchExpressions: [] } } : {}),
          },
        },
      })),
    },
  }));

const routeArb = fc
  .record({
    namespace: fc.constantFrom(...NAMESPACES),
    name: fc.constantFrom("r1", "r2", "r3", "r4"),
    parentRefs: fc.array(parentRefArb, { maxLength: 4 }),
    hostnames: fc.oneof(
      { weight: 1, arbitrary: fc.constant<string[]>([]) },
      fc.uniqueArray(fc.constantFrom(...HOSTNAMES), { minLength: 1, maxLength: 3 }),
    ),
    rules: fc.array(fc.array(matchArb, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
    age: fc.option(fc.nat(3), { freq: 3 }),
  })
  .map(({ namespace, name, parentRefs, hostnames, rules, age }) => {
    const backend = { group: "", kind: "Service", name: "s1", namespace, weight: 1, filters: [] };
    const document: DocumentOf<"HTTPRoute"> = {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: { namespace, name, labels: {}, annotations: {} },
      spec: {
        parentRefs,
        hostnames,
        rules: rules.map((matches) => ({ matches, filters: [], backendRefs: [backend] })),
      },
    };
    return { document, createdAt: age === null ? null : `2026-01-0${age + 1}T00:00:00Z` };
  });

const services: Document[] = NAMESPACES.flatMap((namespace) =>
  ["s1", "s2"].map((name) => ({
    apiVersion: "v1" as const,
    kind: "Service" as const,
    metadata: { namespace, name, labels: {}, annotations: {} },
    // s1 has ports and s2 has none, which is what tells whether parentRefs' ports count.
    spec: name === "s1" ? { ports: [{ port: 80 }, { port: 8080 }] } : {},
  })),
);
const namespace: Document = {
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { namespace: "default", name: "n2", labels: { team: "x" }, annotations: {} },
  spec: {},
};

/** Lets every namespace's routes stand on the services of n1, beside its own. */
const grant: Document = {
  apiVersion: "gateway.networking.k8s.io/v1beta1",
  kind: "ReferenceGrant",
  metadata: { namespace: "n1", name: "all", labels: {}, annotations: {} },
  spec: {
    from: NAMESPACES.map((from) => ({ group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace: from })),
    to: [{ group: "", kind: "Service" }],
  },
};

const identity = ({ metadata }: Document): string => `${metadata.namespace}/${metadata.name}`;

export const meshArb: fc.Arbitrary<NaiveMesh> = fc
  .record({
    gateways: fc.uniqueArray(gatewayArb, { minLength: 1, maxLength: 3, selector: identity }),
    routes: fc.uniqueArray(routeArb, { minLength: 4, maxLength: 9, selector: ({ document }) => identity(document) }),
    isGranted: fc.boolean(),
  })
  .map(({ gateways, routes, isGranted }) => ({
    documents: [
      ...services,
      namespace,
      ...(isGranted ? [grant] : []),
      ...gateways,
      ...routes.map(({ document }) => document),
    ],
    createdAt: new Map(
      routes.flatMap(({ document, createdAt }) =>
        createdAt === null ? [] : [[`HTTPRoute/${identity(document)}`, createdAt] as const],
      ),
    ),
  }));

export const requestArb: fc.Arbitrary<RouteRequest> = fc
  .record({
    host: fc.constantFrom(...HOSTS),
    path: fc.constantFrom(...PATHS),
    method: fc.constantFrom(...METHODS),
    x: fc.constantFrom(null, null, "1", "2", "1, 2"),
    y: fc.constantFrom(null, null, "1", "2"),
    q: fc.constantFrom(null, null, "1", "2"),
    r: fc.constantFrom(null, null, null, "1"),
    gateway: fc.constantFrom(null, null, null, "n1/g1", "n2/g1", "n3/g1", "selvage-system/selvage"),
    port: fc.constantFrom(null, ...PORTS),
    scheme: fc.constantFrom("http" as const, "https" as const),
    service: fc.constantFrom(null, null, null, null, "n1/s1", "n1/s2", "n2/s1"),
    callerNamespace: fc.constantFrom(null, ...NAMESPACES),
  })
  .map((drawn) => {
    const { host, path, method, service, callerNamespace, x, y, q, r, gateway, port, scheme } = drawn;
    return {
      host,
      path,
      method,
      service,
      callerNamespace,
      header: (name: string) => ({ x, y })[name] ?? null,
      query: (name: string) => ({ q, r })[name] ?? null,
      entry: { gateway, port, scheme },
      toString: () => JSON.stringify(drawn),
    };
  });
