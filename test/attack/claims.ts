// Attacks on what belongs to another namespace: its hosts, names and documents, claimed in other ways than by a route's
// hostname; and what is read of it.
import { doc, gatewayApi, OWN, route } from "./documents.ts";
import { arrived, said, type Attack, type Setting } from "./setting.ts";

const shops = async ({ get }: Setting, path = "/x"): Promise<string> =>
  arrived(await get(path, { host: "shop.example.com" }));
/** Writes, asks shop's host, and takes the document back. */
const written = (
  what: string,
  made: string,
  {
    left,
    path = "/x",
    expected = "shop answers at its host",
  }: { left?: string; path?: string; expected?: string } = {},
): Attack => ({
  what,
  expected,
  run: async (s) => {
    const codes = await s.evil(made);
    const answer = await shops(s, path);
    if (left !== undefined && codes.startsWith("200")) {
      await s.dropped(left);
    }
    return `${codes}; ${answer}`;
  },
  holds: new RegExp(`; 200 GET ${path} `),
});

const gateway = (spec: string, name = "door", namespace = "evil"): string =>
  doc("Gateway", name, spec, namespace, gatewayApi);
const listener = (more: string): string => `{gatewayClassName: x, listeners: [{name: h, port: 443, ${more}}]}`;
const led = route("door", `{parentRefs: [{name: door}], ${OWN}}`);

const hosts: readonly Attack[] = [
  written(
    "a Gateway whose TLS listener names shop's host",
    gateway(
      listener("protocol: HTTPS, hostname: shop.example.com, tls: {mode: Terminate, certificateRefs: [{name: c}]}"),
    ) + led,
    { left: "gateway/door" },
  ),
  written(
    "a Gateway whose TLS listener passes shop's host through",
    gateway(listener("protocol: TLS, hostname: shop.example.com, tls: {mode: Passthrough}")) + led,
    { left: "gateway/door" },
  ),
  written(
    "a Gateway with a listener for *.example.com, and one without a hostname",
    gateway(
      '{gatewayClassName: x, listeners: [{name: h, port: 80, protocol: HTTP, hostname: "*.example.com"}, {name: i, port: 81, protocol: HTTP}]}',
    ) + led,
    { left: "gateway/door" },
  ),
  written("a route for *.com, and one for *", route("stars", `{hostnames: ["*.com"], ${OWN}}`), {
    left: "httproute/stars",
  }),
  written(
    "shop's host with full-width letters",
    route("wide", String.raw`{hostnames: ["\uff53hop.example.com"], ${OWN}}`),
  ),
  written("shop's host with a soft hyphen", route("soft", String.raw`{hostnames: ["sh\u00adop.example.com"], ${OWN}}`)),
  written("shop's host with a port", route("port", `{hostnames: ["shop.example.com:80"], ${OWN}}`)),
  written(
    "shop's host among forty others of its own",
    route(
      "many",
      `{hostnames: [${Array.from({ length: 15 }, (_, at) => `h${at}.evil.example`).join(", ")}, shop.example.com], ${OWN}}`,
    ),
    { left: "httproute/many" },
  ),
  written(
    "a route for shop's host that matches by a header, a method and a query",
    route(
      "exact",
      `{hostnames: [shop.example.com], rules: [{matches: [{path: {type: Exact, value: /x}, method: GET, headers: [{name: host, value: shop.example.com}]}], backendRefs: [{name: front}]}]}`,
    ),
    { left: "httproute/exact" },
  ),
  written(
    "a route that names the built-in Gateway as its parent, by section and port",
    route(
      "parent",
      `{parentRefs: [{name: selvage, namespace: selvage-system, sectionName: http, port: 80}], hostnames: [shop.example.com], ${OWN}}`,
    ),
    { left: "httproute/parent" },
  ),
  written(
    "a Gateway called selvage in its own namespace",
    gateway(listener("protocol: HTTP"), "selvage") +
      route("ours", `{parentRefs: [{name: selvage}], hostnames: [shop.example.com], ${OWN}}`),
    {
      left: "gateway/selvage",
    },
  ),
  written(
    "a grant of its own that shares shop's host with itself",
    doc(
      "ReferenceGrant",
      "share",
      `{from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: evil}], to: [{group: gateway.networking.k8s.io, kind: HTTPRoute}]}`,
      "evil",
      "gateway.networking.k8s.io/v1beta1",
    ) + route("shared", `{hostnames: [shop.example.com], ${OWN}}`),
    {
      left: "httproute/shared",
    },
  ),
  {
    what: "kinds that it might know: ListenerSet, XListenerSet, TLSRoute, TCPRoute, BackendTLSPolicy, VirtualService",
    expected: "refused",
    run: async (s) => {
      const seen: string[] = [];
      for (const [kind, version] of [
        ["ListenerSet", gatewayApi],
        ["XListenerSet", "gateway.networking.x-k8s.io/v1alpha1"],
        ["TLSRoute", gatewayApi],
        ["TCPRoute", "gateway.networking.k8s.io/v1alpha2"],
        ["BackendTLSPolicy", gatewayApi],
        ["VirtualService", "networking.istio.io/v1"],
      ] as const) {
        seen.push((await s.evil(doc(kind, "other", "{hostnames: [shop.example.com]}", "evil", version))).slice(0, 3));
      }
      return seen.join(" ");
    },
    holds: /^(?:4\d\d ?){6}$/,
  },
  {
    what: "a wildcard over the mesh's own domain, and over shop's part of it",
    expected: "shop's services answer there",
    run: async (s) => {
      const made = await s.evil(route("domain", `{hostnames: ["*.mesh.test", "*.shop.mesh.test"], ${OWN}}`));
      const seen = [`${made}`];
      for (const host of ["orders.shop.mesh.test", "none.shop.mesh.test", "ORDERS.shop.mesh.test."]) {
        seen.push(arrived(await s.get("/x", { host })));
      }
      if (made.startsWith("200")) {
        await s.dropped("httproute/domain");
      }
      return seen.join("; ");
    },
    holds: /; 200 GET \/x HTTP\/1\.1; 404[^;]*; 200 GET \/x HTTP\/1\.1$/,
  },
  {
    what: "a Service whose name looks like a host or another namespace's: orders.shop, shop/orders, _selvage, ..",
    expected: "refused",
    run: async (s) => {
      const seen: string[] = [];
      for (const name of ["orders.shop", "shop/orders", "_selvage", "..", "Orders", "a".repeat(64)]) {
        seen.push(
          (
            await s.evil(
              doc("Service", JSON.stringify(name), `{exposure: public, endpoints: [{url: "${s.origin}/evil"}]}`),
            )
          ).slice(0, 3),
        );
      }
      return `${seen.join(" ")}; ${arrived(await s.get("/svc/orders.shop/x"))}`;
    },
    holds: /^(?:4\d\d ?){6}; 200 GET \/x /,
  },
  {
    what: "a document of shop's through its own path: PUT with another namespace, kind or name in the body",
    expected: "refused",
    run: async (s) => {
      const seen: string[] = [];
      for (const [kind, name, namespace] of [
        ["Service", "front", "shop"],
        ["Cluster", "front", "evil"],
        ["Service", "orders", "evil"],
        ["AuthorizationPolicy", "no-admin", "shop"],
      ]) {
        const body = JSON.stringify({ apiVersion: "selvage.dev/v1", kind, metadata: { name, namespace }, spec: {} });
        const path = "/_selvage/v1/namespaces/evil/service/front";
        const authorization = `Bearer ${s.evilToken}`;
        const etag = (await s.get(path, { authorization })).headers.get("etag") ?? "";
        const head = `PUT ${path} HTTP/1.1\r\nHost: a\r\nAuthorization: ${authorization}\r\nIf-Match: ${etag}`;
        const sent = await s.send(
          `${head}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        );
        seen.push(sent === null ? "closed" : said(sent));
      }
      return seen.join(", ");
    },
    holds: /^(?:4(?!28)\d\d SLV\d+(?:, |$)){4}$/,
  },
  {
    what: "policies whose targetRefs name a namespace: shop's service, route and Gateway",
    expected: "refused: targets are in the policy's own namespace",
    run: async (s) => {
      const seen: string[] = [];
      for (const target of [
        "{kind: Service, name: orders, namespace: shop}",
        "{kind: HTTPRoute, name: shop, namespace: shop}",
        "{kind: Gateway, name: selvage, namespace: selvage-system}",
        "{kind: Service, name: shop/orders}",
      ]) {
        seen.push(
          (
            await s.evil(doc("FaultPolicy", "at", `{targetRefs: [${target}], abort: {status: 503, percentage: 100}}`))
          ).slice(0, 3),
        );
      }
      return `${seen.join(" ")}; ${arrived(await s.get("/svc/orders.shop/x"))}`;
    },
    holds: /^(?:(?:4\d\d|200) ?){4}; 200 GET \/x /,
  },
  {
    what: "a Rollout, a Tier and an Override of shop's orders, from its own namespace",
    expected: "refused, or about a service of its own",
    run: async (s) => {
      const expiresAt = new Date(Date.now() + 600_000).toISOString();
      const seen: string[] = [];
      for (const [kind, spec] of [
        ["Rollout", "{service: shop/orders, stable: v1, canary: v2, steps: [{weight: 100}]}"],
        ["Rollout", "{service: orders.shop, stable: v1, canary: v2, steps: [{weight: 100}]}"],
        ["Tier", "{service: shop/orders, limits: [{name: a, requests: 1, window: 1h}]}"],
        [
          "Override",
          `{target: {kind: Service, name: orders, namespace: shop}, patch: {exposure: mesh}, reason: x, expiresAt: "${expiresAt}"}`,
        ],
        [
          "Override",
          `{target: {kind: TrafficPolicy, name: shop/orders}, patch: {}, reason: x, expiresAt: "${expiresAt}"}`,
        ],
      ] as const) {
        seen.push((await s.evil(doc(kind, "theirs", spec))).slice(0, 3));
      }
      return `${seen.join(" ")}; ${arrived(await s.get("/svc/orders.shop/x"))}`;
    },
    holds: /^(?:(?:4\d\d|200) ?){5}; 200 GET \/x /,
  },
  {
    what: "a Contract between shop's application and shop's service, made in its own namespace",
    expected: "refused, or without effect",
    run: (s) => s.evil(doc("Contract", "third", "{application: shop/till, service: shop/orders, tier: gold}")),
    holds: /^(?:4\d\d|200 .*SLV)/,
  },
];

/** Calls of the admin API that could tell of shop. */
const READS: readonly (readonly [method: string, path: string, body?: string])[] = [
  ["GET", "/revisions/1"],
  ["GET", "/revisions"],
  ["GET", "/revisions/1/propagation"],
  ["GET", "/catalog"],
  ["GET", "/catalog/shop/ledger/openapi.json"],
  ["GET", "/stats?service=shop/orders"],
  ["GET", "/report?service=shop/orders"],
  ["GET", "/graph"],
  ["GET", "/changes"],
  ["GET", "/tail?service=shop/orders"],
  ["GET", "/traces"],
  ["GET", "/resources?kind=AuthorizationPolicy&labelSelector="],
  ["GET", "/namespaces/shop/authorizationpolicy/no-admin"],
  ["GET", "/namespaces/shop/services/orders/endpoints"],
  ["GET", "/namespaces/evil%2f..%2fshop/service/orders"],
  ["GET", "/breakers"],
  ["GET", "/limits?policy=shop/orders"],
  ["GET", "/rollouts"],
  ["GET", "/tokens"],
  ["GET", "/keys"],
  ["GET", "/audit?limit=100"],
  ["POST", "/explain", '{"method": "GET", "url": "http://127.0.0.1/svc/ledger.shop/x"}'],
  ["POST", "/replay", '{"documents": []}'],
  [
    "POST",
    "/diff",
    '{"apiVersion": "selvage.dev/v1", "kind": "Service", "metadata": {"name": "orders", "namespace": "shop"}, "spec": {}}',
  ],
  [
    "POST",
    "/validate",
    '{"apiVersion": "selvage.dev/v1", "kind": "Service", "metadata": {"name": "orders", "namespace": "shop"}, "spec": {}}',
  ],
];

const reads = READS.map(([method, path, body]): Attack => ({
  what: `${method} ${path} as the neighbour's operator`,
  expected: "nothing of what shop's documents say",
  run: async (s) => {
    const answer = await s.api(method, path, body);
    const told = [
      "no-admin",
      "spiffe://mesh.local/ns/shop",
      '"namespace":"shop","labels"',
      '"name":"ledger"',
      `${s.origin}/ledger`,
    ];
    return `${said(answer)}${told
      .filter((one) => answer.body.includes(one))
      .map((one) => `, tells ${one}`)
      .join("")}`;
  },
  holds: /^[1-4]\d\d(?!.*tells)/,
}));

export const CLAIMS: readonly Attack[] = hosts;
export const READINGS: readonly Attack[] = reads;
