import { describe, expect, it } from "vitest";
import { importIstio } from "../../../src/adapters/istio/import-istio.ts";
import { istio, service, specOf, told, toWeb } from "../../support/istio/import.ts";

const http = [toWeb];

describe("where a VirtualService is in force", () => {
  it("attaches to the services of the mesh among its hosts", () => {
    const hosts = ["web", "cart.shop.svc.cluster.local", "api.shop"];
    const { documents, notes } = importIstio([istio("VirtualService", "web", { hosts, http })]);
    const parent = { group: "", kind: "Service" };
    expect(specOf(documents, "HTTPRoute")).toMatchObject({
      parentRefs: [
        { ...parent, name: "web" },
        { ...parent, name: "cart" },
        { ...parent, name: "api" },
      ],
    });
    expect(notes).toEqual([]);
  });

  it("attaches to named gateways with its hosts as hostnames, and grants what crosses namespaces", () => {
    const route = [{ destination: { host: "web.back.svc.cluster.local" } }];
    const spec = { hosts: ["*.shop.example.com", "web"], gateways: ["edge/door", "own"], http: [{ route }] };
    const { documents, notes } = importIstio([istio("VirtualService", "web", spec)]);
    const routes = documents.filter(({ kind }) => kind === "HTTPRoute");
    const hostnames = ["*.shop.example.com", "web.shop.svc.cluster.local"];
    expect(routes.map(({ metadata, spec: made }) => ({ name: metadata.name, made }))).toMatchObject([
      { name: "web", made: { parentRefs: [{ name: "door", namespace: "edge" }], hostnames } },
      { name: "web-02", made: { parentRefs: [{ name: "own" }], hostnames } },
    ]);
    expect(documents.find(({ kind }) => kind === "ReferenceGrant")).toEqual({
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "ReferenceGrant",
      metadata: { name: "routes-of-shop", namespace: "back" },
      spec: {
        from: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace: "shop" }],
        to: [{ group: "", kind: "Service", name: "web" }],
      },
    });
    expect(notes).toEqual([]);
  });

  it("never turns hosts that cannot be said into every host", () => {
    const spec = { hosts: ["*shop.example.com"], gateways: ["door"], http };
    const { documents, notes } = importIstio([istio("VirtualService", "web", spec)]);
    expect(documents).toEqual([]);
    expect(told(notes)[0]).toMatch(/^dropped \/spec\/hosts\/0: .*the host is left out$/);
  });

  it("tells hosts outside when only callers inside are meant, and when a route has to move", () => {
    const hosts = ["api.example.com", "web.back.svc.cluster.local"];
    const { documents, notes } = importIstio([istio("VirtualService", "web", { hosts, http })]);
    expect(documents[0]?.metadata.namespace).toBe("back");
    expect(told(notes)).toEqual([
      "dropped /spec/hosts/0: Inside the mesh a route is for services, by name: api.example.com is none",
      "changed /spec/hosts/1: The route moves to back: in another namespace it would hold for callers of that one only",
    ]);
  });

  it("gives each gateway only the matches that name it", () => {
    const matched = [
      {
        match: [
          { uri: { exact: "/a" }, gateways: ["mesh"] },
          { uri: { exact: "/b" }, gateways: ["door"] },
        ],
        ...toWeb,
      },
    ];
    const spec = { hosts: ["web"], gateways: ["door", "mesh"], http: matched };
    const { documents } = importIstio([istio("VirtualService", "web", spec)]);
    const paths = documents.map((document) => JSON.stringify(document.spec).match(/"\/[ab]"/g));
    expect(paths).toEqual([['"/b"'], ['"/a"']]);
  });

  it("reads a host of a ServiceEntry as outside, whatever it looks like", () => {
    const entry = istio("ServiceEntry", "db", { hosts: ["db.shop"] });
    const { documents, notes } = importIstio([entry, istio("VirtualService", "db", { hosts: ["db.shop"], http })]);
    expect(documents).toEqual([]);
    expect(told(notes)[0]).toMatch(/^dropped : ServiceEntry has no counterpart: an outside host becomes a Service/);
  });
});

describe("a VirtualService as documents", () => {
  it("takes versions of subsets from their DestinationRule", () => {
    const subsets = [
      { name: "blue", labels: { version: "v7" } },
      { name: "odd", labels: { track: "x" } },
    ];
    const rule = istio("DestinationRule", "web", { host: "web", subsets });
    const route = ["blue", "odd"].map((subset) => ({ destination: { host: "web", subset }, weight: 50 }));
    const { documents, notes } = importIstio([
      rule,
      istio("VirtualService", "web", { hosts: ["web"], http: [{ route }] }),
    ]);
    expect(specOf(documents, "HTTPRoute")).toMatchObject({
      rules: [
        {
          backendRefs: [
            { version: "v7", weight: 50 },
            { version: "odd", weight: 50 },
          ],
        },
      ],
    });
    expect(told(notes)).toEqual([
      "dropped /spec/subsets/1/labels/track: Endpoints of a service are told apart by their version only",
      "changed /spec/http/0/route/1/destination/subset: The subset odd of shop/web has no label version: its name stands for the version of endpoints",
    ]);
  });

  it("makes a FaultPolicy beside the route, and passes over a fault without percentage as Istio does", () => {
    const fault = { delay: { fixedDelay: "7s", percentage: { value: 12.5 } }, abort: { httpStatus: 500 } };
    const spec = { hosts: ["web"], http: [{ fault, ...toWeb }] };
    const { documents, notes } = importIstio([istio("VirtualService", "web", spec)]);
    expect(documents[0]).toEqual({
      apiVersion: "selvage.dev/v1",
      kind: "FaultPolicy",
      metadata: { name: "web-0", namespace: "shop" },
      spec: { delay: { duration: "7s", percentage: 12.5 } },
    });
    const extensionRef = { group: "selvage.dev", kind: "FaultPolicy", name: "web-0" };
    expect(specOf(documents, "HTTPRoute")).toMatchObject({
      rules: [{ filters: [{ type: "ExtensionRef", extensionRef }] }],
    });
    expect(told(notes)).toEqual(["dropped /spec/http/0/fault/abort: It has no percentage, and so does nothing"]);
  });

  it("spreads more than 16 rules over routes in their order", () => {
    const many = Array.from({ length: 20 }, (_, index) => ({ match: [{ uri: { exact: `/${index}` } }], ...toWeb }));
    const { documents } = importIstio([istio("VirtualService", "a.long.name", { hosts: ["web"], http: many })]);
    expect(documents.map(({ metadata }) => metadata.name)).toEqual(["a-long-name", "a-long-name-02"]);
    expect(documents.map(({ spec }) => (spec as { rules: unknown[] }).rules.length)).toEqual([16, 4]);
  });

  it("tells tcp, tls and exportTo with their reasons", () => {
    const spec = { hosts: ["web"], http, tcp: [{}], tls: [{}], exportTo: ["."] };
    const { notes } = importIstio([istio("VirtualService", "web", spec)]);
    expect(notes.map(({ pointer, severity }) => `${severity} ${pointer}`)).toEqual([
      "dropped /spec/tcp",
      "dropped /spec/tls",
      "dropped /spec/exportTo/0",
    ]);
  });
});

describe("a Gateway of Istio", () => {
  const port = { number: 443, name: "https", protocol: "HTTPS" };

  it("becomes a listener for each host, with who may attach", () => {
    const servers = [
      { port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["*", "./a.example.com", "back/b.example.com"] },
      { port, hosts: ["a.example.com"], tls: { mode: "SIMPLE", credentialName: "cert" } },
    ];
    const { documents, notes } = importIstio([istio("Gateway", "door", { selector: { istio: "x" }, servers })]);
    const from = (namespaces: object): object => ({ allowedRoutes: { namespaces } });
    const matchLabels = { "kubernetes.io/metadata.name": "back" };
    expect(specOf(documents, "Gateway")).toEqual({
      gatewayClassName: "selvage",
      listeners: [
        { name: "http", port: 80, protocol: "HTTP", ...from({ from: "All" }) },
        { name: "http-2", hostname: "a.example.com", port: 80, protocol: "HTTP", ...from({ from: "Same" }) },
        {
          name: "http-3",
          hostname: "b.example.com",
          port: 80,
          protocol: "HTTP",
          ...from({ from: "Selector", selector: { matchLabels } }),
        },
        {
          name: "https",
          hostname: "a.example.com",
          port: 443,
          protocol: "HTTPS",
          tls: { mode: "Terminate", certificateRefs: [{ name: "cert" }] },
          ...from({ from: "All" }),
        },
      ],
    });
    expect(told(notes)).toEqual([
      "dropped /spec/selector: The platform is the door: there are no gateway pods to select",
    ]);
  });

  it.each([
    [{ port, hosts: ["*"], tls: { mode: "MUTUAL", credentialName: "x" } }, /a caller would not be checked as before/],
    [
      { port, hosts: ["*"], tls: { mode: "SIMPLE", subjectAltNames: ["x"] } },
      /Certificates of clients cannot be checked/,
    ],
    [
      { port: { number: 80, protocol: "HTTP" }, hosts: ["*"], tls: { httpsRedirect: true } },
      /only sends callers to https/,
    ],
    [{ port: { number: 27017, protocol: "MONGO" }, hosts: ["*"] }, /not MONGO/],
  ])("leaves a server out rather than opening it wider: %j", (server, message) => {
    const { documents, notes } = importIstio([istio("Gateway", "door", { servers: [server] })]);
    expect(documents).toEqual([]);
    expect(notes[0]?.message).toMatch(message);
    expect(notes[0]).toMatchObject({ severity: "dropped", pointer: "/spec/servers/0" });
  });
});

it("passes on what the mesh takes as it stands, and tells kinds that have no counterpart", () => {
  const sources = [service("web"), istio("Sidecar", "s", {}), istio("PeerAuthentication", "p", {})];
  const { documents, notes } = importIstio(sources);
  expect(documents).toEqual([service("web")]);
  expect(told(notes)).toEqual([
    "dropped : Sidecar has no counterpart: there are no sidecars to configure. Which hosts a workload may call, NOTHING ENFORCES HERE",
    "dropped : There is no mutual TLS between sidecars here. UNSET: what is above it holds there; here exposure of each Service, which is mesh where nothing is written",
  ]);
});
