import { describe, expect, it } from "vitest";
import { importGatewayApi } from "../../../src/adapters/source/import-gateway-api.ts";
import { told } from "../../support/istio/import.ts";

const route = {
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "HTTPRoute",
  metadata: { name: "orders", namespace: "shop", labels: { team: "a" } },
  spec: { rules: [{ backendRefs: [{ name: "orders", port: 80 }] }] },
};

describe("importGatewayApi", () => {
  it("keeps a document as it was written, without what servers wrote", () => {
    const annotations = { "kubectl.kubernetes.io/last-applied-configuration": "{}", owner: "mia" };
    const metadata = { ...route.metadata, annotations, uid: "u", resourceVersion: "7", managedFields: [{}] };
    const { documents, notes } = importGatewayApi([{ ...route, metadata, status: { parents: [] } }]);
    expect(documents).toEqual([{ ...route, metadata: { ...route.metadata, annotations: { owner: "mia" } } }]);
    expect(notes).toEqual([]);
  });

  it("opens lists, and passes over empty documents", () => {
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
    const { documents } = importGatewayApi([null, { apiVersion: "v1", kind: "List", items: [namespace, route] }]);
    expect(documents.map(({ kind }) => kind)).toEqual(["Namespace", "HTTPRoute"]);
  });

  it.each([
    ["GRPCRoute", "gateway.networking.k8s.io/v1", /HTTP\/2 trailers, which the Workers runtime does not pass on/],
    ["GatewayClass", "gateway.networking.k8s.io/v1", /every Gateway belongs to it/],
    ["TLSRoute", "gateway.networking.k8s.io/v1alpha3", /not raw connections/],
    ["Deployment", "apps/v1", /about a Kubernetes cluster/],
    [
      "HTTPRoute",
      "gateway.networking.k8s.io/v1alpha2",
      /does not know the version gateway.networking.k8s.io\/v1alpha2/,
    ],
    ["TrafficPolicy", "selvage.dev/v1", /apply it as it stands/],
    ["Widget", "example.com/v1", /The mesh has no Widget/],
  ])("drops a %s of %s with the reason", (kind, apiVersion, message) => {
    const { documents, notes } = importGatewayApi([{ apiVersion, kind, metadata: { name: "x" }, spec: {} }]);
    expect(documents).toEqual([]);
    expect(notes).toMatchObject([{ ref: `${kind}/default/x`, pointer: "", severity: "dropped" }]);
    expect(notes[0]?.message).toMatch(message);
  });

  it("leaves out what the parser refuses, with its finding at the field", () => {
    const wrong = { ...route, spec: { rules: [{ backendRef: [] }, { matches: [{ path: { value: "orders" } }] }] } };
    const { documents, notes } = importGatewayApi([wrong]);
    expect(documents).toEqual([]);
    expect(told(notes)).toEqual([
      'dropped /spec/rules/0/backendRef: The document is left out: There is no field "backendRef" in spec.rules[0]. Did you mean backendRefs?',
      'dropped /spec/rules/1/matches/0/path/value: The document is left out: The path "orders" does not start with a slash. Write "/orders".',
    ]);
  });

  it("tells fields of metadata and envelope that nobody reads, and the second of two", () => {
    const metadata = { ...route.metadata, generateName: "orders-" };
    const { documents, notes } = importGatewayApi([{ ...route, metadata, data: {} }, route]);
    expect(documents).toHaveLength(1);
    expect(told(notes)).toEqual([
      "dropped /metadata/generateName: Nothing here corresponds to generateName",
      "dropped /data: Nothing here corresponds to data",
      "dropped : HTTPRoute/shop/orders is in the input twice: the first one is kept",
    ]);
  });
});
