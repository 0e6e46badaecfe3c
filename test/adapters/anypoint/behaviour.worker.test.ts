// What is made of Anypoint's policies, by what they do to requests.
import { describe, expect, it } from "vitest";
import { signerOf, signJws } from "../../support/tokens/jws.ts";
import { as, ask, asks, instance, mesh, policy, V1, withPolicies } from "../../support/worker/anypoint-mesh.ts";
import { basic, SECRET } from "../../support/worker/clients-mesh.ts";
import type { TestMesh } from "../../support/worker/test-mesh.ts";

describe("rate limiting", () => {
  const rateLimits = [{ maximumRequests: 2, timePeriodInMilliseconds: 60_000 }];

  it("refuses what is over the quota, and tells callers in Anypoint's words if it did", async () => {
    const on = withPolicies(policy("rate-limiting-flex", { rateLimits, exposeHeaders: true }));
    const first = await on.send("http://shop.example/");
    expect([first.status, first.headers.get("x-ratelimit-limit")]).toEqual([200, "2"]);
    expect(await asks(on, {}, {})).toEqual([200, 429]);
    const silent = await withPolicies(policy("rate-limiting", { rateLimits })).send("http://shop.example/");
    expect([...silent.headers.keys()].filter((name) => name.includes("ratelimit"))).toEqual([]);
  });

  it("needs room in every pair", async () => {
    const both = [...rateLimits, { maximumRequests: 1, timePeriodInMilliseconds: 3_600_000 }];
    expect(await asks(withPolicies(policy("rate-limiting-flex", { rateLimits: both })), {}, {})).toEqual([200, 429]);
  });

  it("counts by the header that the key selector names", async () => {
    const keySelector = "#[attributes.headers['x-team']]";
    const red = as({ "x-team": "red" });
    const statuses = [red, red, red, as({ "x-team": "blue" })];
    for (const config of [{ rateLimits, keySelector }, { rateLimits: [{ ...rateLimits[0], keySelector }] }]) {
      expect(await asks(withPolicies(policy("rate-limiting-flex-v1-2-impl", config)), ...statuses)).toEqual([
        200, 200, 429, 200,
      ]);
    }
  });

  it("by SLA tier asks for credentials, and lets nobody in before there are tiers", async () => {
    const web = as({ client_id: "web", client_secret: SECRET });
    expect(await ask(withPolicies(policy("rate-limiting-sla-based-flex", {})), "/", web)).toBe(403);
    const tiers = [{ name: "gold", limits: [{ maximumRequests: 1, timePeriodInMilliseconds: 60_000 }] }];
    const policies = [{ assetId: "rate-limiting-sla-based", configuration: {} }];
    const endpoint = { uri: "http://orders.example", proxyUri: "http://shop.example" };
    const on = mesh([{ assetId: "orders", endpoint, policies, tiers }]);
    expect(await asks(on, {}, as({ client_id: "web", client_secret: "no" }))).toEqual([401, 401]);
  });

  it("as spike control holds what is too much at once", async () => {
    const config = { maximumRequests: 1, timePeriodInMilliseconds: 60_000, delayAttempts: 1, queuingLimit: 0 };
    expect(await asks(withPolicies(policy("spike-control-flex", config)), {}, {})).toEqual([200, 429]);
  });
});

describe("who may call", () => {
  it("is told by client id and secret, in headers or as Basic", async () => {
    const inHeaders = withPolicies(
      policy("client-id-enforcement-flex", {
        credentialsOriginHasHttpBasicAuthenticationHeader: "customExpression",
        clientIdExpression: "#[attributes.headers['x-id']]",
        clientSecretExpression: "#[attributes.headers['x-secret']]",
      }),
    );
    const right = as({ "x-id": "web", "x-secret": SECRET });
    expect(await asks(inHeaders, {}, as({ "x-id": "web", "x-secret": "no" }), right)).toEqual([401, 401, 200]);
    const origin = { credentialsOriginHasHttpBasicAuthenticationHeader: "httpBasicAuthenticationHeader" };
    const asBasic = withPolicies(policy("client-id-enforcement", origin));
    expect(await asks(asBasic, right, as(basic("web", "no")))).toEqual([401, 401]);
  });

  it("is told by a token of the issuer and key that are named", async () => {
    const signer = await signerOf("RS256");
    const config = {
      jwtOrigin: "httpBearerAuthenticationHeader",
      signingMethod: "rsa",
      signingKeyLength: 256,
      jwtKeyOrigin: "text",
      textKey: "MII…",
      validateAudClaim: true,
      supportedAudiences: "orders, basket",
      skipClientIdValidation: true,
    };
    const options = { jwtIssuer: "https://id.example", jwkOf: () => signer.jwk };
    const on = mesh([instance([policy("jwt-validation-flex", config)])], "203.0.113.7", options);
    const claims = { iss: "https://id.example", aud: "orders", exp: 4_000_000_000 };
    const bearing = async (more: object): Promise<RequestInit> =>
      as({ authorization: `Bearer ${await signJws(signer, { ...claims, ...more })}` });
    expect(
      await asks(on, await bearing({}), {}, await bearing({ iss: "https://evil" }), await bearing({ aud: "other" })),
    ).toEqual([200, 401, 401, 401]);
  });

  it("is told by the claims that a token must have", async () => {
    const signer = await signerOf("RS256");
    const config = {
      jwtKeyOrigin: "text",
      textKey: "MII…",
      validateCustomClaim: true,
      mandatoryCustomClaims: [
        { key: "iss", value: "https://id.example" },
        { key: "role", value: "#['admin']" },
      ],
    };
    const meshWith = (more: object): TestMesh =>
      mesh([instance([policy("jwt-validation-flex", { ...config, ...more })])], "203.0.113.7", {
        jwkOf: () => signer.jwk,
      });
    const claims = { iss: "https://id.example", exp: 4_000_000_000 };
    const bearing = async (more: object): Promise<RequestInit> =>
      as({ authorization: `Bearer ${await signJws(signer, { ...claims, ...more })}` });
    const requests = [await bearing({ role: "admin" }), await bearing({ role: "guest" }), await bearing({}), {}];
    expect(await asks(meshWith({}), ...requests)).toEqual([200, 403, 401, 401]);
    expect(await asks(meshWith({ skipClientIdValidation: false }), ...requests.slice(0, 1))).toEqual([401]);
    const byExpression = [
      { key: "iss", value: "https://id.example" },
      { key: "role", value: "#[attributes.method]" },
    ];
    expect(await asks(meshWith({ mandatoryCustomClaims: byExpression }), ...requests.slice(0, 1))).toEqual([403]);
  });

  it.each([
    [
      "a token without an issuer",
      policy("jwt-validation-flex", { jwtKeyOrigin: "jwks", jwksUrl: "https://id.example/keys" }),
    ],
    ["tokens that nobody signed", policy("jwt-validation-flex", { signingMethod: "none" })],
    ["a password of the gateway", policy("http-basic-authentication-flex", { username: "a", password: "b" })],
    ["credentials by a longer expression", policy("client-id-enforcement", { clientIdExpression: "#[payload.id]" })],
    ["a policy of their own", policy("acme-guard", { secret: "x" })],
    [
      "more addresses than a policy holds",
      policy("ip-allowlist-flex", { ips: Array.from({ length: 300 }, (_, at) => `203.0.113.${at % 250}/32`) }),
    ],
    ["an address that cannot be read", policy("ip-blocklist-flex", { ips: ["203.0.113.7", "banana"] })],
  ])("is nobody where it hangs on %s", async (_, one) => {
    expect(await ask(withPolicies(one))).toBe(403);
  });

  it.each([
    [["203.0.113.7"], true],
    [["203.0.113.0/24"], true],
    [["203.0.113.9/29"], false],
    [["203.0"], true],
    [["192.0.2.1", "198.51.100.0/24"], false],
    [["::ffff:203.0.113.7"], true],
  ])("is told by addresses: %j", async (ips, isIn) => {
    const [allow, deny] = [policy("ip-allowlist-flex", { ips }), policy("ip-blocklist-flex", { ips })];
    expect([await ask(withPolicies(allow)), await ask(withPolicies(deny))]).toEqual(isIn ? [200, 403] : [403, 200]);
  });

  it("is nobody where two policies would each have to hold, and one where they say the same", async () => {
    const inHeader = (name: string): object => ({
      clientIdExpression: `#[attributes.headers['${name}']]`,
      clientSecretExpression: "#[attributes.headers['s']]",
    });
    const [one, other] = ["a", "b"].map((name) => policy("client-id-enforcement", inHeader(name)));
    if (one === undefined || other === undefined) {
      throw new Error("two policies");
    }
    expect([await ask(withPolicies(one, other)), await ask(withPolicies(one, one))]).toEqual([401, 401]);
    const right = as({ a: "web", b: "web", s: SECRET });
    expect([await ask(withPolicies(one, other), "/", right), await ask(withPolicies(one, one), "/", right)]).toEqual([
      403, 200,
    ]);
  });

  it("is told by a binding, by name and by label", async () => {
    const binding = (targetRef: object): object => ({
      apiVersion: V1,
      kind: "PolicyBinding",
      metadata: { name: "guard" },
      spec: { targetRef, policyRef: { name: "ip-allowlist-flex" }, config: { ips: ["192.0.2.1"] }, order: 1 },
    });
    const api = instance() as { metadata: { name: string } };
    const bySelector = { kind: "Selector", selector: { kind: "ApiInstance", labels: { secured: "yes" } } };
    expect(await ask(mesh([api, binding({ name: api.metadata.name })]))).toBe(403);
    expect(await ask(mesh([api, binding(bySelector)]))).toBe(403);
    expect(await ask(mesh([api, binding({ name: "another" })]))).toBe(200);
  });
});
