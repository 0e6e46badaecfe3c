// Warnings about what is allowed and seldom meant.
import { describe, expect, it } from "vitest";
import { compiled, service, told } from "../../support/compiled.ts";

const route = (spec: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: r, namespace: shop}
spec: ${spec}
---`;
const found = (yaml: string): string[] =>
  told(compiled(service("orders") + yaml).findings).filter((one) => /^SLV13(33|4\d)/.test(one));

describe("CORS for every website", () => {
  const cors = (origins: string, credentials: boolean): string =>
    `{type: CORS, cors: {allowOrigins: ${origins}, allowCredentials: ${credentials}}}`;

  it.each(['["*"]', '["https://*"]', '["https://a.example", "http://*"]'])(
    "with credentials is told of: %s",
    (origins) => {
      const at = origins.includes(",") ? 1 : 0;
      const filter = cors(origins, true);
      expect(found(route(`{rules: [{filters: [${filter}], backendRefs: [{name: orders}]}]}`))).toEqual([
        `SLV1340 HTTPRoute/shop/r /spec/rules/0/filters/0/cors/allowOrigins/${at}`,
      ]);
      expect(found(route(`{rules: [{backendRefs: [{name: orders, filters: [${filter}]}]}]}`))).toEqual([
        `SLV1340 HTTPRoute/shop/r /spec/rules/0/backendRefs/0/filters/0/cors/allowOrigins/${at}`,
      ]);
    },
  );

  it.each([cors('["*"]', false), cors('["https://*.example.com"]', true), cors("[]", true)])("is not: %s", (filter) => {
    expect(found(route(`{rules: [{filters: [${filter}], backendRefs: [{name: orders}]}]}`))).toEqual([]);
  });
});

it("a token of any audience is told of", () => {
  const policy = (audiences: string): string => `
apiVersion: selvage.dev/v1
kind: AuthenticationPolicy
metadata: {name: p, namespace: shop}
spec:
  targetRefs: [{kind: Service, name: orders}]
  jwt: {providers: [{name: idp, issuer: "https://id.example.com", jwksUri: "https://id.example.com/jwks", ${audiences}}]}
---`;
  expect(found(policy(""))).toEqual(["SLV1333 AuthenticationPolicy/shop/p /spec/jwt/providers/0/audiences"]);
  expect(found(policy("audiences: [orders]"))).toEqual([]);
});

it("names with a slash are told of, wherever something is named", () => {
  const yaml =
    route(`{parentRefs: [{name: infra/edge}], rules: [{backendRefs: [{name: web/orders}], filters: [
      {type: RequestMirror, requestMirror: {backendRef: {name: a/b}}},
      {type: ExtensionRef, extensionRef: {group: selvage.dev, kind: FaultPolicy, name: a/b}}]}]}`) +
    `
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: p, namespace: shop}
spec: {targetRefs: [{kind: Service, name: shop/orders}], timeouts: {request: 1s}}
---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: g, namespace: shop}
spec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: web}], to: [{group: "", kind: Service, name: shop/orders}]}
---`;
  expect(found(yaml)).toEqual([
    "SLV1341 ReferenceGrant/shop/g /spec/to/0/name",
    "SLV1341 TrafficPolicy/shop/p /spec/targetRefs/0/name",
    "SLV1341 HTTPRoute/shop/r /spec/parentRefs/0/name",
    "SLV1341 HTTPRoute/shop/r /spec/rules/0/backendRefs/0/name",
    "SLV1341 HTTPRoute/shop/r /spec/rules/0/filters/0/requestMirror/backendRef/name",
    "SLV1341 HTTPRoute/shop/r /spec/rules/0/filters/1/extensionRef/name",
  ]);
});

it("links to metadata services are told of; endpoints there are refused", () => {
  const yaml = (spec: string): string => `
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: linked, namespace: shop}
spec: ${spec}
---`;
  expect(
    found(yaml('{openapi: {url: "http://metadata.google.internal/x"}, links: [{url: "http://169.254.169.254/"}]}')),
  ).toEqual(["SLV1342 Service/shop/linked /spec/openapi/url", "SLV1342 Service/shop/linked /spec/links/0/url"]);
  const refused = compiled(yaml('{endpoints: [{url: "http://metadata.google.internal"}]}'), { localMesh: true });
  expect(told(refused.findings)).toEqual(["SLV1208 Service/shop/linked /spec/endpoints/0/url"]);
});
