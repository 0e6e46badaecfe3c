import { describe, expect, it } from "vitest";
import { compiled, service, told } from "../../support/compiled.ts";

const policy = (spec: string): string =>
  `
apiVersion: selvage.dev/v1
kind: AuthorizationPolicy
metadata: {name: guard, namespace: shop}
spec: {targetRefs: [{kind: Service, name: orders}], ${spec}}
---`;
const PROVIDER = `
apiVersion: selvage.dev/v1
kind: AuthenticationPolicy
metadata: {name: users, namespace: shop}
spec: {targetRefs: [{kind: Service, name: orders}], jwt: {providers: [{name: idp, issuer: "https://id.example.com", audiences: [orders], jwksUri: "https://id.example.com/jwks.json"}]}}
---`;
const APP = `
apiVersion: selvage.dev/v1
kind: Application
metadata: {name: kiosk, namespace: shop}
spec: {owner: a}
---`;

const findings = (spec: string, more = ""): string[] =>
  told(compiled(service("orders") + more + policy(spec)).findings).map((line) =>
    line.replace(" AuthorizationPolicy/shop/guard", ""),
  );

describe("an AuthorizationPolicy is warned about", () => {
  it.each<[what: string, spec: string, told: string[]]>([
    ["an ALLOW without rules", "action: ALLOW", ["SLV1321 /spec/rules"]],
    ["a DENY without rules", "action: DENY", ["SLV1321 /spec/rules"]],
    ["a DENY by path", "action: DENY, rules: [{to: [{paths: [/admin]}]}]", ["SLV1320 /spec/rules/0/to/0/paths"]],
    ["a DENY of every path: not at all", 'action: DENY, rules: [{to: [{paths: ["*"]}]}]', []],
    ["an ALLOW by path: not at all", "rules: [{to: [{paths: [/orders/*]}]}]", []],
    ["a path with a query", 'rules: [{to: [{paths: ["/a?b=c"]}]}]', ["SLV1309 /spec/rules/0/to/0/paths/0"]],
    ["a path with parameters", 'rules: [{to: [{paths: [/a, "/b;v=1"]}]}]', ["SLV1309 /spec/rules/0/to/0/paths/1"]],
    ["a path that is refused on arrival", "rules: [{to: [{paths: [/a%2Fb]}]}]", ["SLV1309 /spec/rules/0/to/0/paths/0"]],
    [
      "a path in a condition",
      'rules: [{when: [{key: request.path, notValues: ["/a#b"]}]}]',
      ["SLV1309 /spec/rules/0/when/0/notValues/0"],
    ],
    ["a host with a port", 'rules: [{to: [{hosts: ["a.example:8080"]}]}]', ["SLV1322 /spec/rules/0/to/0/hosts/0"]],
    ["a host with every port: not at all", 'rules: [{to: [{hosts: ["a.example:*"]}]}]', []],
    [
      "a SPIFFE ID that nobody has",
      'rules: [{from: [{principals: ["spiffe://mesh.local/shop/web"]}]}]',
      ["SLV1322 /spec/rules/0/from/0/principals/0"],
    ],
    [
      "a principal of another namespace than the entry's",
      "rules: [{from: [{principals: [mesh.local/ns/shop/sa/web], namespaces: [partner]}]}]",
      ["SLV1322 /spec/rules/0/from/0/principals/0"],
    ],
    [
      "a principal of the entry's namespace: not at all",
      "rules: [{from: [{principals: [mesh.local/ns/shop/sa/web], namespaces: [shop]}]}]",
      [],
    ],
    [
      "a user whom no provider knows",
      'rules: [{from: [{principals: ["https://id.example.com/bob"]}]}]',
      ["SLV1323 /spec/rules/0/from/0/principals/0"],
    ],
    [
      "a claim that nobody has",
      'rules: [{when: [{key: "claim:group", values: [a]}]}]',
      ["SLV1323 /spec/rules/0/when/0/key"],
    ],
    ["a claim of the mesh's own tokens: not at all", 'rules: [{when: [{key: "claim:sub", values: [a]}]}]', []],
    [
      "a header that callers cannot send",
      'rules: [{when: [{key: "header:X-Forwarded-For", values: [a]}]}]',
      ["SLV1322 /spec/rules/0/when/0/key"],
    ],
    [
      "an application that there is not",
      "rules: [{from: [{applications: [kiosk]}]}]",
      ["SLV1212 /spec/rules/0/from/0/applications/0"],
    ],
    [
      "an application in a condition",
      "rules: [{when: [{key: source.application, values: [partner/kiosk]}]}]",
      ["SLV1212 /spec/rules/0/when/0/values/0"],
    ],
    [
      "patterns of applications and principals: not at all",
      'rules: [{from: [{applications: ["k*", "*"]}, {principals: ["*", "spiffe://mesh.local/*"]}]}]',
      [],
    ],
  ])("%s", (_, spec, expected) => expect(findings(spec)).toEqual(expected));

  it("no more once there are the provider and the application", () => {
    const rules =
      'rules: [{from: [{principals: ["https://id.example.com/bob", "https://id.example.com/*"]}, {applications: [kiosk]}], when: [{key: "claim:group", values: [a]}]}]';
    expect(findings(rules, PROVIDER + APP)).toEqual([]);
    expect(findings('rules: [{from: [{principals: ["https://id.example.org/bob"]}]}]', PROVIDER)).toEqual([
      "SLV1323 /spec/rules/0/from/0/principals/0",
    ]);
  });
});
