// A change is looked at with what it may have an effect on, and with nothing else.
import { describe, expect, it } from "vitest";
import { compiled, service, told } from "../../support/compiled.ts";

const route = (namespace: string, name: string, spec: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}, namespace: ${namespace}}
spec: ${spec}
---`;
const twice = (host: string): string =>
  `{hostnames: [${host}], rules: [{matches: [{path: {value: /x}}, {path: {value: /x}}]}]}`;
const mesh =
  service("orders") + route("shop", "a", twice("a.example.com")) + route("evil", "b", twice("b.example.com"));
const found = (...changed: string[]): string[] => told(compiled(mesh, { changed: new Set(changed) }).findings);

describe("what is looked at closely", () => {
  it("is everything when everything is new", () => {
    expect(told(compiled(mesh).findings)).toHaveLength(2);
  });

  it("is nothing for a change that has no routes", () => {
    expect(found("Application/shop/x")).toEqual([]);
    expect(found("Service/shop/orders")).toEqual([]);
  });

  it("is the route that changes, and those of its hosts", () => {
    expect(found("HTTPRoute/shop/a")).toEqual(["SLV1308 HTTPRoute/shop/a /spec/rules/0"]);
    const both = compiled(
      mesh +
        route(
          "shop",
          "wide",
          '{hostnames: ["*.a.example.com", a.example.com], rules: [{backendRefs: [{name: orders}]}]}',
        ),
      { changed: new Set(["HTTPRoute/shop/wide"]) },
    );
    expect(told(both.findings)).toEqual(["SLV1308 HTTPRoute/shop/a /spec/rules/0"]);
  });

  it("is everything again where attachments may have moved", () => {
    expect(found("ReferenceGrant/shop/g")).toHaveLength(2);
    expect(found("Namespace/default/shop")).toHaveLength(2);
    expect(found("Override/shop/o")).toHaveLength(2);
  });

  it("takes a bounded time for a host with many patterns, and says nothing of what it cannot tell", () => {
    const match = (name: string, at: number): string =>
      `{path: {type: RegularExpression, value: "/${name}/${at}/v[0-9]+/.*"}}`;
    const routes = Array.from({ length: 10 }, (_, at) => {
      const matches = Array.from({ length: 60 }, (__, each) => match(String(at), each)).join(", ");
      return route(
        "shop",
        `r${at}`,
        `{hostnames: [r.example.com], rules: [{matches: [${matches}], backendRefs: [{name: orders}]}]}`,
      );
    });
    const result = compiled(service("orders") + routes.join(""));
    expect(result.snapshot.router.matches).toHaveLength(600);
    expect(told(result.findings)).toEqual([]);
  });
});
