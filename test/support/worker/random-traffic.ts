// Random meshes with every kind of policy that decides about requests, and requests for them: drawn from few words, so
// that rules, callers and addresses meet. For properties of whole walks.
import * as fc from "fast-check";

export interface RandomMesh {
  readonly yaml: string;
  readonly requests: readonly RandomRequest[];
  /** What the lot draws, in [0, 1). */
  readonly lot: number;
  /** Services that an operator has forced open. */
  readonly forced: readonly string[];
  /** What authorization services answer. */
  readonly authStatus: number;
}

export interface RandomRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly clientIp: string;
  /** How often it is sent in a row. */
  readonly times: number;
}

const NAMESPACES = ["n1", "n2"] as const;
const SERVICES = ["a", "b"] as const;
const VERSIONS = ["v1", "v2"] as const;
const HOSTS = ["x.example", "y.example"] as const;
const PATHS = ["/", "/p", "/p/q", "/p/q/r", "/z"] as const;
const METHODS = ["GET", "POST", "OPTIONS"] as const;
const ADDRESSES = ["192.0.2.1", "198.51.100.7"] as const;
const BLOCKS = ["192.0.2.0/24", "198.51.100.0/24", "0.0.0.0/0"] as const;

/** Null `rarity` times as often. */
const some = <Value>(arbitrary: fc.Arbitrary<Value>, rarity = 1): fc.Arbitrary<Value | null> =>
  fc.oneof({ weight: rarity, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
const doc = (kind: string, namespace: string, name: string, spec: object, apiVersion = "selvage.dev/v1") => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
  spec,
});

const endpoints = fc.array(
  fc.record({
    url: fc.constantFrom("https://e1.example", "https://e2.example", "https://e3.example"),
    version: fc.constantFrom(...VERSIONS),
    weight: fc.constantFrom(1, 3, 1, 0),
    priority: fc.constantFrom(0, 0, 1),
  }),
  { minLength: 1, maxLength: 3 },
);

const services = fc.tuple(
  ...NAMESPACES.flatMap((namespace) =>
    SERVICES.map((name) =>
      fc
        .record({ exposure: fc.constantFrom("public", "public", "mesh"), endpoints })
        .map((spec) => doc("Service", namespace, name, spec)),
    ),
  ),
);

const ref = fc.record(
  {
    name: fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(...SERVICES) },
      { weight: 1, arbitrary: fc.constant("gone") },
    ),
    weight: fc.constantFrom(1, 9, 1, 0),
    version: fc.constantFrom(...VERSIONS),
  },
  { requiredKeys: ["name"] },
);

const filters: fc.Arbitrary<readonly { readonly type: string }[]> = fc.oneof(
  { weight: 8, arbitrary: fc.constant([]) },
  fc.constant([{ type: "RequestRedirect", requestRedirect: { hostname: "else.example", statusCode: 302 } }]),
  fc.constant([{ type: "URLRewrite", urlRewrite: { path: { type: "ReplaceFullPath", replaceFullPath: "/w" } } }]),
  {
    weight: 3,
    arbitrary: fc.constant([{ type: "CORS", cors: { allowOrigins: ["https://page.example"], allowMethods: ["GET"] } }]),
  },
  fc.constant([{ type: "ExtensionRef", extensionRef: { group: "selvage.dev", kind: "FaultPolicy", name: "named" } }]),
  fc.constant([{ type: "RequestHeaderModifier", requestHeaderModifier: { set: [{ name: "x-c", value: "1" }] } }]),
  {
    weight: 2,
    arbitrary: fc.constant([
      { type: "ExternalAuth", externalAuth: { protocol: "HTTP", backendRef: { name: "a" }, http: { path: "/check" } } },
    ]),
  },
);

const matches = fc.array(
  fc.record(
    {
      path: fc.record({ type: fc.constantFrom("PathPrefix", "PathPrefix", "Exact"), value: fc.constantFrom(...PATHS) }),
      method: fc.constantFrom(...METHODS),
      headers: fc.constantFrom([{ name: "x-c", value: "1" }], [{ name: "x-d", value: "2" }]),
    },
    { requiredKeys: ["path"] },
  ),
  { minLength: 1, maxLength: 2 },
);

const route = fc
  .record({
    namespace: fc.constantFrom(...NAMESPACES),
    name: fc.constantFrom("r1", "r2", "r3"),
    parent: fc.constantFrom(null, null, null, null, "a"),
    rules: fc.array(
      fc
        .record({ matches, filters, backendRefs: fc.array(ref, { minLength: 1, maxLength: 2 }) })
        .map(({ matches: ours, filters: own, backendRefs }) => {
          const leads = !own.some(({ type }) => type === "RequestRedirect");
          return leads ? { matches: ours, filters: own, backendRefs } : { matches: ours, filters: own };
        }),
      { minLength: 1, maxLength: 2 },
    ),
  })
  .map(({ namespace, name, parent, rules }) => {
    // At the built-in Gateway a host is one namespace's.
    const hostnames = [namespace === "n1" ? HOSTS[0] : HOSTS[1]];
    const spec =
      parent === null ? { hostnames, rules } : { parentRefs: [{ kind: "Service", group: "", name: parent }], rules };
    return doc("HTTPRoute", namespace, name, spec, "gateway.networking.k8s.io/v1");
  });

const rule = fc.record(
  {
    from: fc.constantFrom(
      [{ principals: ["spiffe://mesh.local/ns/n1/sa/a"] }],
      [{ namespaces: ["n2"] }],
      [{ applications: ["n1/app"] }],
      [{ ipBlocks: ["192.0.2.0/24"] }],
    ),
    to: fc.constantFrom([{ methods: ["GET"] }], [{ paths: ["/p/*"] }], [{ paths: ["/p"], methods: ["POST"] }]),
    when: fc.constantFrom([{ key: "header:x-c", values: ["1"] }]),
  },
  { requiredKeys: [] },
);

const bodies: Readonly<Record<string, fc.Arbitrary<object>>> = {
  AuthorizationPolicy: fc.record({
    action: fc.constantFrom("ALLOW", "ALLOW", "DENY", "AUDIT"),
    rules: fc.array(rule, { minLength: 1, maxLength: 2 }),
  }),
  IPAccessPolicy: fc.oneof(
    fc.constantFrom(...BLOCKS).map((block) => ({ deny: [block] })),
    fc.constantFrom(...BLOCKS).map((block) => ({ allow: [block] })),
  ),
  AuthenticationPolicy: fc.constantFrom(
    { mesh: { required: true } },
    { mesh: { required: true }, mode: "permit" },
    { clientCredentials: { required: true, from: ["basic"] } },
    { mesh: {}, mode: "permit" },
    {
      jwt: {
        providers: [
          { name: "idp", issuer: "https://id.example", jwksUri: "https://id.example/jwks", algorithms: ["RS256"] },
        ],
      },
    },
  ),
  RateLimitPolicy: fc
    .array(
      fc.record({
        requests: fc.constantFrom(1, 2, 1000),
        burst: fc.constantFrom(1, 2),
        window: fc.constant("1h"),
        mode: fc.constantFrom("local", "strict", "leased"),
        key: fc.constantFrom([], ["client"], ["header:x-c"], ["method"]),
        shadow: fc.constantFrom(false, false, true),
        whenUnavailable: fc.constantFrom("allow", "deny", "local-estimate"),
      }),
      { minLength: 1, maxLength: 2 },
    )
    .map((limits) => ({ limits: limits.map((one, at) => ({ name: `l${at}`, ...one })) })),
  FaultPolicy: fc.record(
    {
      abort: fc.constantFrom({ status: 418, percentage: 100 }, { status: 503, percentage: 0 }),
      match: fc.constant({ headers: [{ name: "x-c", value: "1" }] }),
    },
    { requiredKeys: ["abort"] },
  ),
  TrafficPolicy: fc.constantFrom(
    { circuitBreaker: { window: "10s", minRequests: 20, failurePercent: 50, openFor: "5s" } },
    { timeouts: { request: "15s" } },
  ),
};

const policy = fc
  .record({
    kind: fc.constantFrom(...Object.keys(bodies)),
    namespace: fc.constantFrom(...NAMESPACES),
    name: fc.constantFrom("p1", "p2", "p3"),
    target: fc.oneof(
      fc.constantFrom(...SERVICES).map((name) => ({ kind: "Service", name })),
      fc.constantFrom("r1", "r2", "base").map((name) => ({ kind: "HTTPRoute", name })),
      fc.constant({ kind: "Mesh", name: "mesh" }),
    ),
  })
  .chain(({ kind, namespace, name, target }) =>
    (bodies[kind] ?? fc.constant({})).map((body) => doc(kind, namespace, name, { targetRefs: [target], ...body })),
  );

export const randomRequest: fc.Arbitrary<RandomRequest> = fc
  .record({
    method: fc.constantFrom(...METHODS, "GET"),
    place: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...HOSTS).map((host) => `http://${host}`) },
      fc
        .tuple(fc.constantFrom(...SERVICES, ...SERVICES, "gone"), fc.constantFrom(...NAMESPACES))
        .map(([name, namespace]) => `http://${name === "gone" ? "w" : "m"}.example/svc/${name}.${namespace}`),
    ),
    path: fc.oneof(
      { weight: 16, arbitrary: fc.constantFrom(...PATHS) },
      { weight: 1, arbitrary: fc.constantFrom("/%zz", "/p%2Fq") },
    ),
    c: some(fc.constantFrom("1", "2")),
    origin: some(fc.constant("https://page.example"), 5),
    authorization: some(fc.constantFrom("Basic YTpi", "Bearer x.y.z"), 5),
    identity: some(fc.constant("not-a-token"), 12),
    length: some(fc.constant("3"), 9),
    clientIp: fc.constantFrom(...ADDRESSES),
    times: fc.constantFrom(1, 1, 3),
  })
  .map(({ method, place, path, c, origin, authorization, identity, length, clientIp, times }) => {
    const headers: Record<string, string> = { "cf-connecting-ip": clientIp };
    const told = {
      "access-control-request-method": method === "OPTIONS" && origin !== null ? "GET" : null,
      "x-c": c,
      origin,
      authorization,
      "selvage-identity": identity,
      "content-length": method === "GET" ? length : null,
    };
    for (const [name, value] of Object.entries(told)) {
      if (value !== null) {
        headers[name] = value;
      }
    }
    return { method, url: `${place}${path}`, headers, clientIp, times };
  });

export const randomMesh: fc.Arbitrary<RandomMesh> = fc
  .record({
    services,
    routes: fc.uniqueArray(route, {
      minLength: 1,
      maxLength: 4,
      selector: ({ metadata }) => `${metadata.namespace}/${metadata.name}`,
    }),
    policies: fc.uniqueArray(policy, {
      minLength: 2,
      maxLength: 8,
      selector: ({ kind, metadata }) => `${kind}/${metadata.namespace}/${metadata.name}`,
    }),
    requests: fc.array(randomRequest, { minLength: 4, maxLength: 8 }),
    lot: fc.constantFrom(0, 0.3, 0.5, 0.95),
    forced: fc.subarray(
      NAMESPACES.flatMap((namespace) => SERVICES.map((name) => `${namespace}/${name}`)),
      { maxLength: 1 },
    ),
    authStatus: fc.constantFrom(200, 200, 403),
  })
  .map(({ services: ours, routes, policies, requests, lot, forced, authStatus }) => {
    const named = NAMESPACES.map((namespace) =>
      doc("FaultPolicy", namespace, "named", { abort: { status: 418, percentage: 100 } }),
    );
    const base = NAMESPACES.map((namespace, at) =>
      doc(
        "HTTPRoute",
        namespace,
        "base",
        { hostnames: [HOSTS[at]], rules: [{ backendRefs: [{ name: SERVICES[at] }] }] },
        "gateway.networking.k8s.io/v1",
      ),
    );
    const documents = [...ours, ...named, ...base, ...routes, ...policies];
    return { yaml: documents.map((one) => JSON.stringify(one)).join("\n---\n"), requests, lot, forced, authStatus };
  });
