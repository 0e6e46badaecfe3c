import { describe, expect, it } from "vitest";
import { importIstio } from "../../../src/adapters/istio/import-istio.ts";
import { istio, specOf, told } from "../../support/istio/import.ts";

const selector = { matchLabels: { app: "web" } };

/** That the input shows no such service is told each time here, and tested in gateway-policies.test.ts. */
const isAboutSaying = (note: string): boolean => !note.includes("The input has no ");

function policyOf(spec: object, ...others: object[]): { spec: unknown; notes: string[] } {
  const { documents, notes } = importIstio([istio("AuthorizationPolicy", "guard", spec), ...others]);
  const made = documents.filter(({ kind }) => kind === "AuthorizationPolicy");
  return {
    spec: made.length === 0 ? null : specOf(made, "AuthorizationPolicy"),
    notes: told(notes).filter(isAboutSaying),
  };
}

describe("what it says by exclusion, of users and of claims", () => {
  const said = (action: string, rule: object, ...others: object[]): unknown => {
    const { spec } = policyOf({ selector, action, rules: [rule] }, ...others);
    return (spec as { rules: unknown } | null)?.rules;
  };
  const tokens = istio("RequestAuthentication", "idp", {
    selector,
    jwtRules: [{ issuer: "https://id.example.com", jwksUri: "https://id.example.com/jwks" }],
  });

  it("becomes conditions of when, beside what the entry holds otherwise", () => {
    const operation = { methods: ["GET", "P*"], notPaths: ["/admin*"], notHosts: ["Old.example.com"] };
    const source = { namespaces: ["a*"], notNamespaces: ["ab"], notRemoteIpBlocks: ["192.0.2.1"] };
    for (const action of ["ALLOW", "DENY"]) {
      expect(said(action, { from: [{ source }], to: [{ operation }] })).toEqual([
        {
          from: [{ namespaces: ["a*"] }],
          when: [
            { key: "source.namespace", notValues: ["ab"] },
            { key: "source.ip", notValues: ["192.0.2.1"] },
            { key: "request.method", values: ["GET", "P*"] },
            { key: "request.path", notValues: ["/admin*"] },
            { key: "request.host", notValues: ["old.example.com"] },
          ],
        },
      ]);
    }
  });

  it("makes a rule of each entry, since when binds all of them", () => {
    const rule = {
      from: [{ source: { namespaces: ["a"] } }, { source: { notNamespaces: ["b"] } }],
      to: [{ operation: { paths: ["/x"] } }, { operation: { paths: ["/y"] } }],
    };
    const to = [{ paths: ["/x"] }, { paths: ["/y"] }];
    expect(said("ALLOW", rule)).toEqual([
      { from: [{ namespaces: ["a"] }], to },
      { to, when: [{ key: "source.namespace", notValues: ["b"] }] },
    ]);
  });

  it("goes on in a second policy where one cannot hold the rules", () => {
    const paths = Array.from({ length: 65 }, (_, index) => ({ operation: { notPaths: [`/${index}`] } }));
    const { documents } = importIstio([istio("AuthorizationPolicy", "guard", { selector, rules: [{ to: paths }] })]);
    expect(documents.map(({ metadata, spec }) => [metadata.name, (spec as { rules: object[] }).rules.length])).toEqual([
      ["guard", 64],
      ["guard-02", 1],
    ]);
  });

  it("asks for both addresses, and for workload and user, where both are given", () => {
    const source = { ipBlocks: ["192.0.2.0/24"], remoteIpBlocks: ["192.0.2.2"] };
    expect(said("ALLOW", { from: [{ source }] })).toEqual([
      { from: [{ ipBlocks: ["192.0.2.0/24"] }], when: [{ key: "source.ip", values: ["192.0.2.2"] }] },
    ]);
    const both = { principals: ["*"], requestPrincipals: ["https://id.example.com/alice"] };
    expect(said("ALLOW", { from: [{ source: both }] })).toEqual([
      {
        from: [{ principals: ["spiffe://*"] }],
        when: [{ key: "source.principal", values: ["https://id.example.com/alice"] }],
      },
    ]);
  });

  it("names users by issuer and subject, and any user by the issuers of the RequestAuthentications", () => {
    const users = (list: string[]): object => ({ from: [{ source: { requestPrincipals: list } }] });
    expect(said("ALLOW", users(["testing@secure.istio.io/*"]))).toEqual([
      { from: [{ principals: ["testing@secure.istio.io/*"] }] },
    ]);
    expect(said("ALLOW", users(["*"]), tokens)).toEqual([{ from: [{ principals: ["https://id.example.com/*"] }] }]);
    expect(said("DENY", { from: [{ source: { notRequestPrincipals: ["*"] } }] }, tokens)).toEqual([
      { when: [{ key: "source.principal", notValues: ["https://id.example.com/*"] }] },
    ]);
  });

  it("denies those without a peer's identity as there, users included", () => {
    expect(said("DENY", { from: [{ source: { notPrincipals: ["*"] } }] })).toEqual([
      { when: [{ key: "source.principal", notValues: ["spiffe://*"] }] },
    ]);
  });

  it("finds the mesh's own trust domain in patterns, too", () => {
    const source = { principals: ["cluster.local/*", "cl*", "*local/ns/a/sa/b", "*/sa/b", "other/ns/a/sa/b"] };
    expect(said("DENY", { from: [{ source }] })).toEqual([
      {
        from: [
          {
            principals: [
              "spiffe://mesh.local/*",
              "spiffe://mesh.local/*",
              "spiffe://mesh.local/ns/a/sa/b",
              "*/sa/b",
              "spiffe://other/ns/a/sa/b",
            ],
          },
        ],
      },
    ]);
    expect(said("DENY", { from: [{ source: { serviceAccounts: ["b", "a/c"] } }] })).toEqual([
      { from: [{ principals: ["*/ns/shop/sa/b", "*/ns/a/sa/c"] }] },
    ]);
  });

  it("compares addresses, namespaces, principals, audiences and nested claims", () => {
    const when = [
      { key: "remote.ip", values: ["192.0.2.0/24"] },
      { key: "source.ip", values: ["192.0.2.1"] },
      { key: "source.namespace", notValues: ["b"] },
      { key: "source.principal", values: ["cluster.local/ns/a/sa/b"] },
      { key: "request.auth.principal", values: ["https://id.example.com/alice"] },
      { key: "request.auth.audiences", values: ["web"] },
      { key: "request.auth.presenter", values: ["app"] },
      { key: "request.auth.claims[realm][roles]", values: ["admin"] },
    ];
    const { spec, notes } = policyOf({ selector, rules: [{ when }] });
    expect(spec).toMatchObject({
      rules: [
        {
          when: [
            { key: "source.ip", values: ["192.0.2.0/24"] },
            { key: "source.ip", values: ["192.0.2.1"] },
            { key: "source.namespace", notValues: ["b"] },
            { key: "source.principal", values: ["spiffe://mesh.local/ns/a/sa/b"] },
            { key: "source.principal", values: ["https://id.example.com/alice"] },
            { key: "claim:aud", values: ["web"] },
            { key: "claim:azp", values: ["app"] },
            { key: "claim:realm.roles", values: ["admin"] },
          ],
        },
      ],
    });
    expect(notes.map((note) => note.split(":")[0])).toEqual([
      "changed /spec/rules/0/when/1/values",
      "changed /spec/rules/0/when/3/values",
      "changed /spec/rules/0/when/7/values",
    ]);
  });

  it("excludes nobody from an ALLOW by a name that may be another one here", () => {
    for (const source of [{ notPrincipals: ["cluster.local/ns/a/sa/b"] }, { notIpBlocks: ["192.0.2.1"] }]) {
      expect(said("ALLOW", { from: [{ source }] })).toEqual([]);
      expect(said("DENY", { from: [{ source }] })).toMatchObject([{ when: [{ notValues: [expect.any(String)] }] }]);
    }
  });
});
