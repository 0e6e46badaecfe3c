// Policies for the pods of Istio's gateways, which are Gateways here.
import { describe, expect, it } from "vitest";
import { importIstio } from "../../../src/adapters/istio/import-istio.ts";
import { istio, service, told } from "../../support/istio/import.ts";

const servers = [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["shop.example"] }];
const gateway = (name: string, selector: object, namespace = "shop"): object =>
  istio("Gateway", name, { selector, servers }, namespace);
const front = gateway("front", { istio: "ingressgateway" });
const deny = (matchLabels: object | null, namespace = "istio-system"): object =>
  istio(
    "AuthorizationPolicy",
    "guard",
    { ...(matchLabels && { selector: { matchLabels } }), action: "DENY", rules: [{}] },
    namespace,
  );
const pods = (name: string, labels: object, namespace: string): object => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace },
  spec: { template: { metadata: { labels }, spec: { serviceAccountName: name } } },
});
const before = (name: string, selector: object, namespace: string): object => ({
  ...service(name, namespace),
  spec: { selector },
});

/** `<namespace>: <kind>/<name>` of every target of every policy. */
function targets(...input: object[]): { at: string[]; lost: boolean; rules: number[] } {
  const { documents, notes } = importIstio(input);
  const policies = documents.filter(({ kind }) => kind.startsWith("Auth"));
  return {
    at: policies.flatMap(({ metadata, spec }) =>
      (spec as { targetRefs: { kind: string; name?: string }[] }).targetRefs.map(
        ({ kind, name }) => `${metadata.namespace}: ${kind}/${name}`,
      ),
    ),
    lost: told(notes).some((note) => /NOTHING ENFORCES|NO TOKEN IS CHECKED/.test(note)),
    rules: policies.map(({ spec }) => (spec as { rules?: unknown[] }).rules?.length ?? 0),
  };
}

describe("a policy for the pods of a gateway", () => {
  const whole = ["shop: Gateway/front"];

  it.each([
    ["by the label of its Gateways", { istio: "ingressgateway" }, []],
    ["by the other label that Istio installs", { app: "istio-ingressgateway" }, []],
    ["by both", { app: "istio-ingressgateway", istio: "ingressgateway" }, []],
    [
      "with its Service in the input",
      { app: "istio-ingressgateway" },
      [before("istio-ingressgateway", { app: "istio-ingressgateway", istio: "ingressgateway" }, "istio-system")],
    ],
    [
      "by a label that only its Deployment shows",
      { tier: "edge" },
      [pods("entry", { tier: "edge", istio: "ingressgateway" }, "istio-system")],
    ],
  ])("is attached to the Gateways that stand for them: %s", (_, labels, more) => {
    expect(targets(front, service("orders"), ...more, deny(labels))).toEqual({ at: whole, lost: false, rules: [1] });
  });

  it("is attached in each namespace that has such a Gateway, and to no other Gateway", () => {
    const inputs = [front, gateway("bank", { istio: "ingressgateway" }, "bank"), gateway("lan", { istio: "lan" })];
    expect(targets(...inputs, deny({ istio: "ingressgateway" })).at).toEqual([
      "shop: Gateway/front",
      "bank: Gateway/bank",
    ]);
    expect(targets(...inputs, deny({ istio: "lan" })).at).toEqual(["shop: Gateway/lan"]);
  });

  it("is found by the name that controllers of the Gateway API write", () => {
    const gateway = {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      metadata: { name: "door", namespace: "shop" },
      spec: { gatewayClassName: "istio", listeners: [{ name: "http", port: 80, protocol: "HTTP" }] },
    };
    const labels = { "gateway.networking.k8s.io/gateway-name": "door" };
    expect(targets(gateway, deny(labels, "shop")).at).toEqual(["shop: Gateway/door"]);
    expect(targets(gateway, deny(labels, "other"))).toMatchObject({ at: [], lost: true });
  });

  it("holds tokens too", () => {
    const jwtRules = [{ issuer: "https://id.example", jwksUri: "https://id.example/keys" }];
    const selector = { matchLabels: { istio: "ingressgateway" } };
    const idp = istio("RequestAuthentication", "idp", { selector, jwtRules }, "istio-system");
    expect(targets(front, idp)).toMatchObject({ at: whole, lost: false });
  });

  it("is told to be enforced by nobody where no Gateway of the input has them", () => {
    const inside = before("istio-ingressgateway", { istio: "ingressgateway" }, "istio-system");
    for (const inputs of [[], [inside], [service("orders"), inside]]) {
      expect(targets(...inputs, deny({ istio: "ingressgateway" }))).toMatchObject({ at: [], lost: true });
    }
  });

  it("allows nothing where it was for some of the Gateway's pods only", () => {
    const zones = ["a", "b"].map((zone) => pods(zone, { istio: "ingressgateway", zone }, "istio-system"));
    const selector = { matchLabels: { istio: "ingressgateway", zone: "a" } };
    const allow = istio("AuthorizationPolicy", "guard", { selector, rules: [{}] }, "istio-system");
    expect(targets(front, ...zones, allow)).toEqual({ at: whole, lost: false, rules: [0] });
    expect(targets(front, ...zones, deny(selector.matchLabels))).toEqual({ at: whole, lost: false, rules: [1] });
  });

  it("without a selector is for the Gateways whose pods are in its namespace, beside the Services there", () => {
    const entry = pods("entry", { istio: "ingressgateway" }, "ingress");
    const inputs = [front, entry, before("entry", { istio: "ingressgateway" }, "ingress"), service("page", "ingress")];
    expect(targets(...inputs, deny(null, "ingress")).at).toEqual(["ingress: Service/page", "shop: Gateway/front"]);
  });
});

describe("a policy of the root namespace with a selector", () => {
  it("is attached in every namespace that has such a Service", () => {
    const inputs = [service("orders"), service("orders", "bank"), service("page", "bank")];
    expect(targets(...inputs, deny({ app: "orders" })).at).toEqual(["shop: Service/orders", "bank: Service/orders"]);
  });
});

describe("a policy for Gateways of the Gateway API", () => {
  const entry = (name: string, gatewayClassName: string, namespace = "shop"): object => ({
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: { name, namespace },
    spec: { gatewayClassName, listeners: [{ name: "http", port: 80, protocol: "HTTP" }] },
  });
  const at = (kind: string, name: string): object =>
    istio("AuthorizationPolicy", "guard", {
      targetRefs: [{ kind, group: kind === "Service" ? "" : "gateway.networking.k8s.io", name }],
      action: "DENY",
      rules: [{}],
    });

  it("is attached to a waypoint's Services, since nothing comes in through it here", () => {
    const inputs = [entry("waypoint", "istio-waypoint"), service("orders"), service("page"), service("orders", "bank")];
    const services = ["shop: Service/orders", "shop: Service/page"];
    expect(targets(...inputs, at("Gateway", "waypoint"))).toEqual({ at: services, lost: false, rules: [1] });
    const label = { "gateway.networking.k8s.io/gateway-name": "waypoint" };
    expect(targets(...inputs, deny(label, "shop")).at).toEqual(services);
    const { notes } = importIstio([...inputs, at("Gateway", "waypoint")]);
    expect(told(notes)).toContainEqual(expect.stringContaining("A waypoint has no traffic here"));
    expect(targets(entry("waypoint", "istio-waypoint"), at("Gateway", "waypoint"))).toMatchObject({
      at: [],
      lost: true,
    });
  });

  it("without a selector holds for the entries of its namespace, whose pods no input shows", () => {
    const inputs = [entry("front", "istio"), entry("waypoint", "istio-waypoint"), service("orders")];
    expect(targets(...inputs, deny(null, "shop")).at).toEqual(["shop: Service/orders", "shop: Gateway/front"]);
    expect(targets(entry("front", "istio"), deny(null, "shop"))).toMatchObject({ at: ["shop: Gateway/front"] });
  });

  it("is told to be enforced by nobody, perhaps, where the input does not show what it is attached to", () => {
    for (const [kind, name] of [
      ["Gateway", "front"],
      ["Service", "orders"],
    ] as const) {
      const expected = { at: [`shop: ${kind}/${name}`], lost: true };
      expect(targets(at(kind, name))).toMatchObject(expected);
      expect(targets(kind === "Gateway" ? entry(name, "istio") : service(name), at(kind, name)).lost).toBe(false);
    }
    expect(targets(deny({ app: "orders" }, "shop"))).toMatchObject({ at: ["shop: Service/orders"], lost: true });
  });
});

it.each([
  ["networking.istio.io/v1alpha3", "EnvoyFilter", { configPatches: [] }],
  ["extensions.istio.io/v1alpha1", "WasmPlugin", { url: "oci://x/basic-auth", phase: "AUTHN" }],
  ["networking.istio.io/v1", "Sidecar", { outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } }],
])("of %s %s may refuse or limit, which is told to be enforced by nobody", (apiVersion, kind, spec) => {
  const guard = { apiVersion, kind, metadata: { name: "guard", namespace: "istio-system" }, spec };
  expect(targets(front, guard)).toEqual({ at: [], lost: true, rules: [] });
});
