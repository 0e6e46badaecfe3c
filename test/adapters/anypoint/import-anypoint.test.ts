// What is told of Anypoint's configuration that cannot be said, and that no input breaks the importer.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anypointBlock } from "../../../src/adapters/anypoint/address-block.ts";
import { headerOf, literalOf, readsFrom } from "../../../src/adapters/anypoint/expression.ts";
import { importAnypoint } from "../../../src/adapters/anypoint/import-anypoint.ts";
import { policyName } from "../../../src/adapters/anypoint/policies.ts";
import { parseOne } from "../../../src/model/read/parse-document.ts";

const V1 = "gateway.mulesoft.com/v1alpha1";
const api = (policies: object[], more: object = {}): object => ({
  apiVersion: V1,
  kind: "ApiInstance",
  metadata: { name: "orders" },
  spec: {
    address: "http://0.0.0.0:8081/v1",
    services: { orders: { address: "http://orders:8080" } },
    policies,
    ...more,
  },
});
const policy = (name: string, config: object = {}): object => ({ policyRef: { name }, config });
const notesOf = (...documents: unknown[]): string[] =>
  importAnypoint(documents).notes.map(({ severity, ref, pointer }) => `${severity} ${ref} ${pointer}`);

/** A copy in which the member of this number, counted in the order they are written, is another. */
function withMember(document: unknown, at: number, value: unknown): unknown {
  let left = at;
  const copied = (part: unknown): unknown => {
    if (left-- === 0) {
      return value;
    }
    if (Array.isArray(part)) {
      return part.map(copied);
    }
    return typeof part === "object" && part !== null
      ? Object.fromEntries(Object.entries(part).map(([name, member]) => [name, copied(member)]))
      : part;
  };
  return copied(document);
}

describe("what is lost", () => {
  it("is told field by field", () => {
    const policies = [
      policy("message-logging-flex", { loggingConfiguration: [{}] }),
      policy("acme-guard", { depth: 2 }),
      policy("header-injection-flex", { inboundHeaders: [{ key: "x", value: "#[uuid()]" }] }),
      policy("rate-limiting-flex", {
        rateLimits: [{ maximumRequests: 1, timePeriodInMilliseconds: 1000 }],
        moon: "full",
      }),
    ];
    expect(notesOf(api(policies, { moon: "new" }))).toEqual([
      "dropped ApiInstance/default/orders /spec/policies/0/policyRef/name",
      "dropped ApiInstance/default/orders /spec/policies/1/policyRef/name",
      "dropped ApiInstance/default/orders /spec/policies/2/config/inboundHeaders/0",
      "dropped ApiInstance/default/orders /spec/policies/3/config/moon",
      "changed ApiInstance/default/orders /spec/address",
      "changed ApiInstance/default/orders ",
      "dropped ApiInstance/default/orders /spec/moon",
    ]);
  });

  it("names what closes an API", () => {
    const { documents, notes } = importAnypoint([api([policy("http-basic-authentication-flex", { username: "a" })])]);
    expect(documents.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([
      "Service/orders",
      "HTTPRoute/orders",
      "AuthorizationPolicy/orders-closed",
    ]);
    expect(notes.some(({ message }) => message.startsWith("NOBODY IS LET IN"))).toBe(true);
  });

  it("leaves a tier's limits and the API's own beside each other", () => {
    const rateLimits = [{ maximumRequests: 1, timePeriodInMilliseconds: 1000 }];
    const tiers = [{ name: "gold", limits: rateLimits }];
    const policies = [
      { assetId: "rate-limiting-sla-based", configuration: {} },
      { assetId: "rate-limiting", configuration: { rateLimits } },
    ];
    const endpoint = { uri: "http://orders.example", proxyUri: "http://shop.example" };
    const { documents } = importAnypoint([{ assetId: "orders", endpoint, policies, tiers }]);
    const limits = documents.filter(({ kind }) => kind === "RateLimitPolicy").map(({ spec }) => spec);
    expect(limits).toMatchObject([{ sla: true }, { limits: [{ requests: 1 }] }]);
  });

  it("says a window of a month", () => {
    const rateLimits = [{ maximumRequests: 9, timePeriodInMilliseconds: 2_592_000_000 }];
    const { documents } = importAnypoint([api([policy("rate-limiting-flex", { rateLimits })])]);
    expect(documents.find(({ kind }) => kind === "RateLimitPolicy")?.spec).toMatchObject({
      limits: [{ requests: 9, window: "720h" }],
    });
  });

  it("says of a binding without a target, of other kinds and of other documents, that nothing is made of them", () => {
    const binding = {
      apiVersion: V1,
      kind: "PolicyBinding",
      metadata: { name: "guard" },
      spec: { targetRef: { name: "none" }, policyRef: { name: "cors" }, config: {} },
    };
    expect(notesOf(binding, { apiVersion: V1, kind: "Configuration", metadata: { name: "c" }, spec: {} })).toEqual([
      "dropped PolicyBinding/default/guard /spec/targetRef",
      "dropped PolicyBinding/default/guard /spec/config",
      "dropped Configuration/default/c ",
    ]);
    expect(notesOf({ apiVersion: "v1", kind: "Pod", metadata: { name: "p" } })).toEqual(["dropped Pod/default/p "]);
  });
});

describe("an import of anything", () => {
  it("makes only documents that the mesh takes, and never throws", () => {
    const names = fc.constantFrom(
      "kind",
      "apiVersion",
      "spec",
      "services",
      "policies",
      "policyRef",
      "name",
      "config",
      "rules",
      "path",
      "address",
      "rateLimits",
      "endpoint",
      "assetId",
      "tiers",
      "routing",
      "upstreams",
      "metadata",
    );
    const leaf = fc.oneof(
      fc.constantFrom(
        V1,
        "ApiInstance",
        "PolicyBinding",
        "http://a.b/c",
        "/a(/.*)",
        "cors",
        "jwt-validation",
        "%",
        "#[x",
      ),
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
    );
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { depthSize: "medium" },
        leaf,
        fc.array(tie("tree"), { maxLength: 3 }),
        fc.dictionary(names, tie("tree"), { maxKeys: 6 }),
      ),
    }));
    const limits = [{ maximumRequests: 3, timePeriodInMilliseconds: 1000 }];
    const whole = api(
      [
        policy("rate-limiting-flex", { rateLimits: limits, keySelector: "#[attributes.headers['x-a']]" }),
        policy("ip-allowlist-flex", { ips: ["10.0.0.0/8"] }),
        policy("cors-flex", { originGroups: [{ origins: ["https://a.example"], allowedMethods: [] }] }),
        policy("jwt-validation-flex", { jwtOrigin: "httpBearerAuthenticationHeader", jwksUrl: "https://a.example/k" }),
      ],
      { routing: [{ config: { rules: [{ path: "/a(/.*)", methods: "GET" }] }, upstreams: [{ destinationRef: "b" }] }] },
    );
    const damaged = fc
      .array(fc.tuple(fc.nat({ max: 60 }), tree), { maxLength: 3 })
      .map((wounds) => wounds.reduce((document: unknown, [at, value]) => withMember(document, at, value), whole));
    let made = 0;
    fc.assert(
      fc.property(fc.array(fc.oneof(tree, damaged), { maxLength: 3 }), (documents) => {
        for (const document of importAnypoint(documents).documents) {
          made += 1;
          expect(parseOne(document).ok).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
    expect(made, "documents").toBeGreaterThan(500);
  });
});

it.each([
  ["10.0.0.1", "10.0.0.1"],
  ["192.168", "192.168.0.0/16"],
  ["10.", "10.0.0.0/8"],
  ["192.168.3.1/30", "192.168.3.0/30"],
  ["2001:db8::1/32", "2001:db8:0:0:0:0:0:0/32"],
  ["::1", "::1"],
  ["300.1", null],
  ["10.0.0.1/33", null],
  ["10.0.0.1/8/8", null],
  ["banana", null],
  ["", null],
])("the entry %s is the block %s", (entry, block) => {
  expect(anypointBlock(entry)).toBe(block);
});

it.each([
  ["#[attributes.headers['Client_ID']]", "header:client_id", null],
  ['#[attributes.headers["x-a"]]', "header:x-a", null],
  ["#[attributes.headers.host]", "header:host", null],
  ["#[attributes.method]", "method", null],
  ["#['plain']", null, "plain"],
  ["#[payload.id]", null, null],
  ["plain", null, "plain"],
])("the expression %s reads %s, or is always %s", (expression, from, text) => {
  expect([readsFrom(expression), literalOf(expression)]).toEqual([from, text]);
  expect(headerOf(expression)).toBe(from?.startsWith("header:") ? from.slice(7) : null);
});

it.each([
  ["rate-limiting-flex", "rate-limiting"],
  ["spike-control-v1-0-impl", "spike-control"],
  ["jwt-validation-flex-v1-2", "jwt-validation"],
  ["native-ext-authz-flex", "ext-authz"],
  ["cors", "cors"],
])("%s is the policy %s", (written, name) => {
  expect(policyName(written)).toBe(name);
});
