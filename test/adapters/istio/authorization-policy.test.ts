import { describe, expect, it } from "vitest";
import { importIstio } from "../../../src/adapters/istio/import-istio.ts";
import { istio, service, specOf, told } from "../../support/istio/import.ts";

const selector = { matchLabels: { app: "web" } };
const targetRefs = [{ kind: "Service", name: "web" }];

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

describe("what an AuthorizationPolicy says", () => {
  it("says principals, namespaces, addresses, methods, paths, hosts, headers and claims", () => {
    const rule = {
      from: [
        {
          source: {
            principals: ["cluster.local/ns/shop/sa/web", "*"],
            namespaces: ["shop"],
            remoteIpBlocks: ["192.0.2.0/24"],
          },
        },
      ],
      to: [{ operation: { methods: ["GET"], paths: ["/a", "/b/*"], hosts: ["Shop.example.com"] } }],
      when: [
        { key: "request.headers[X-Tenant]", values: ["a", "b*"] },
        { key: "request.auth.claims[group]", notValues: ["x"] },
      ],
    };
    const { spec, notes } = policyOf({ selector, rules: [rule] });
    expect(spec).toEqual({
      targetRefs,
      action: "ALLOW",
      rules: [
        {
          from: [
            {
              principals: ["spiffe://mesh.local/ns/shop/sa/web", "spiffe://*"],
              namespaces: ["shop"],
              ipBlocks: ["192.0.2.0/24"],
            },
          ],
          to: [{ methods: ["GET"], paths: ["/a", "/b/*"], hosts: ["shop.example.com"] }],
          when: [
            { key: "header:x-tenant", values: ["a", "b*"] },
            { key: "claim:group", notValues: ["x"] },
          ],
        },
      ],
    });
    expect(notes).toEqual([
      "changed /spec/rules/0/from/0/source/principals: A workload is named after its service here (sa/<service>), not after its Kubernetes service account",
    ]);
  });

  it("keeps what an empty policy and an empty rule mean: nothing allowed, everything allowed", () => {
    expect(policyOf({ selector }).spec).toEqual({ targetRefs, action: "ALLOW", rules: [] });
    expect(policyOf({ selector, rules: [{}] }).spec).toEqual({ targetRefs, action: "ALLOW", rules: [{}] });
  });
});

describe("what it is attached to", () => {
  it("is the Services whose selector has the labels, else the one that the app label names", () => {
    const canary = { ...service("front"), spec: { selector: { app: "web", tier: "1" } } };
    expect(policyOf({ selector, rules: [{}] }, canary).spec).toMatchObject({ targetRefs: [{ name: "front" }] });
    expect(policyOf({ selector: { matchLabels: { "app.kubernetes.io/name": "web" } } }).spec).toMatchObject({
      targetRefs,
    });
  });

  it("is the mesh in the root namespace, every Service of the input elsewhere, and else a note", () => {
    const root = importIstio([istio("AuthorizationPolicy", "all", {}, "istio-system")]);
    expect(specOf(root.documents, "AuthorizationPolicy")).toMatchObject({ targetRefs: [{ kind: "Mesh" }] });
    const some = policyOf({}, service("a"), service("b"), service("c", "other"));
    expect(some.spec).toMatchObject({ targetRefs: [{ name: "a" }, { name: "b" }] });
    expect(some.notes[0]).toMatch(/^changed \/spec: It was for all of the namespace shop/);
    const none = policyOf({ action: "DENY", rules: [{}] });
    expect(none.spec).toBeNull();
    expect(none.notes[0]).toMatch(/of which the input has no Service to attach it to$/);
  });

  it("is not guessed from labels without a name, nor from other kinds of target", () => {
    for (const spec of [
      { selector: { matchLabels: { tier: "1" } } },
      { selector: { matchExpressions: [{ key: "a", operator: "Exists" }] } },
      { targetRefs: [{ kind: "ServiceEntry", name: "x" }] },
    ]) {
      const { spec: made, notes } = policyOf(spec, service("web"));
      expect(made, JSON.stringify(spec)).toBeNull();
      expect(notes.length).toBeGreaterThan(0);
    }
    expect(policyOf({ targetRefs: [{ kind: "Service", group: "", name: "web" }] }).spec).toMatchObject({ targetRefs });
  });
});

describe("security: what cannot be said never allows more", () => {
  const unsayable: readonly [string, object][] = [
    ["any user, of issuers that the input does not name", { from: [{ source: { requestPrincipals: ["*"] } }] }],
    ["users by the end of their names", { when: [{ key: "request.auth.principal", values: ["*/alice"] }] }],
    ["users that could be workloads", { from: [{ source: { requestPrincipals: ["mesh.local/ns/a/sa/b"] } }] }],
    ["any subject of a token", { when: [{ key: "request.auth.claims[sub]", values: ["*"] }] }],
    ["a header that the mesh removes", { when: [{ key: "request.headers[X-Forwarded-For]", notValues: ["b"] }] }],
    ["notPorts", { to: [{ operation: { notPorts: ["8080"] } }] }],
    ["a service account of three parts", { from: [{ source: { serviceAccounts: ["a/b/c"] } }] }],
    ["a template of paths that are not meant", { to: [{ operation: { notPaths: ["/x/{*}/y"] } }] }],
    ["an unknown source field", { from: [{ source: { moonPhase: ["full"] } }] }],
    ["no source at all", { from: [{}] }],
    ["an empty entry", { from: [null] }],
    ["a list that is none", { from: "everyone" }],
    ["values that are no text", { to: [{ operation: { paths: [7] } }] }],
    ["ports", { to: [{ operation: { ports: ["8080"] } }] }],
    ["a path template", { to: [{ operation: { paths: ["/a", "/x/{*}/y"] } }] }],
    ["a wildcard inside", { to: [{ operation: { paths: ["/a/*/b"] } }] }],
    ["a nested claim with dots", { when: [{ key: "request.auth.claims[a.b][c]", values: ["x"] }] }],
    ["a key that is not compared", { when: [{ key: "destination.port", values: ["80"] }] }],
    ["a condition without values", { when: [{ key: "request.headers[a]" }] }],
    ["an unknown part of a condition", { when: [{ key: "request.headers[a]", values: ["b"], unless: ["c"] }] }],
    ["an unknown part of a rule", { unless: [{}] }],
    ["a rule that is none", null as unknown as object],
  ];

  it.each(unsayable)(
    "refuses an ALLOW rule with %s, and still writes the policy, which then allows nothing",
    (_what, rule) => {
      const { spec, notes } = policyOf({ selector, action: "ALLOW", rules: [rule] });
      expect(spec).toEqual({ targetRefs, action: "ALLOW", rules: [] });
      expect(notes.some((note) => note.startsWith("dropped /spec/rules/0"))).toBe(true);
    },
  );

  it.each(unsayable.filter(([, rule]) => rule !== null))(
    "lets a DENY rule with %s deny more, not less",
    (_what, rule) => {
      const { spec, notes } = policyOf({ selector, action: "DENY", rules: [rule] });
      const [said] = (spec as { rules: { from?: object[]; to?: object[]; when?: object[] }[] }).rules;
      expect(notes.some((note) => /^dropped .*the rule matches more without it$/.test(note))).toBe(true);
      expect(JSON.stringify(said)).not.toMatch(/alice|mesh|forwarded|moon|8080|\{\*\}|unless|everyone|a.b/);
    },
  );

  it("keeps the sayable rules of an ALLOW", () => {
    const rules = [{ to: [{ operation: { notPorts: ["80"] } }] }, { to: [{ operation: { paths: ["/b"] } }] }];
    expect(policyOf({ selector, rules }).spec).toMatchObject({ rules: [{ to: [{ paths: ["/b"] }] }] });
  });

  it("keeps a DENY's other conditions when one goes", () => {
    const rule = { to: [{ operation: { paths: ["/admin*"], ports: ["1"] } }] };
    expect(policyOf({ selector, action: "DENY", rules: [rule] }).spec).toMatchObject({
      rules: [{ to: [{ paths: ["/admin*"] }] }],
    });
  });

  it("refuses the rules of an ALLOW that was for one version of a service only", () => {
    const narrow = { matchLabels: { app: "web", version: "v2" } };
    const allow = policyOf({ selector: narrow, rules: [{}] });
    expect(allow.spec).toEqual({ targetRefs, action: "ALLOW", rules: [] });
    expect(allow.notes[1]).toMatch(/^dropped \/spec\/rules: They were for fewer workloads/);
    const deny = policyOf({ selector: narrow, action: "DENY", rules: [{}] });
    expect(deny.spec).toEqual({ targetRefs, action: "DENY", rules: [{}] });
    expect(deny.notes).toHaveLength(1);
  });

  it("leaves out CUSTOM, and dry runs, which are not enforced", () => {
    expect(policyOf({ selector, action: "CUSTOM", provider: { name: "x" }, rules: [{}] }).notes[0]).toMatch(
      /ExternalAuth filter/,
    );
    const dry = { ...istio("AuthorizationPolicy", "guard", { selector, action: "DENY", rules: [{}] }) };
    const metadata = { name: "guard", namespace: "shop", annotations: { "istio.io/dry-run": "true" } };
    const { documents, notes } = importIstio([{ ...dry, metadata }]);
    expect(documents).toEqual([]);
    expect(told(notes)[0]).toMatch(/^dropped : It is a dry run/);
  });
});
