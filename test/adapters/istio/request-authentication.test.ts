import { describe, expect, it } from "vitest";
import { importIstio } from "../../../src/adapters/istio/import-istio.ts";
import { istio, service, specOf, told } from "../../support/istio/import.ts";

const selector = { matchLabels: { app: "web" } };
const rule = { issuer: "https://id.example.com/", jwksUri: "https://id.example.com/jwks.json" };
const ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"];
const provider = { name: "id-example-com", ...rule, algorithms: ALGORITHMS };

/** That the input shows no such service is told each time here, and tested in gateway-policies.test.ts. */
const isAboutSaying = (note: string): boolean => !note.includes("The input has no ");

function policyOf(spec: object, ...others: object[]): { spec: unknown; notes: string[] } {
  const { documents, notes } = importIstio([...others, istio("RequestAuthentication", "idp", spec)]);
  const made = documents.filter(({ kind }) => kind === "AuthenticationPolicy");
  return {
    spec: made.length === 0 ? null : specOf(made, "AuthenticationPolicy"),
    notes: told(notes).filter(isAboutSaying),
  };
}

/** What one rule becomes, and the notes beside the one about exposure. */
function providerOf(jwtRule: object): { made: unknown; notes: string[] } {
  const { spec, notes } = policyOf({ selector, jwtRules: [jwtRule] });
  const { jwt } = (spec ?? {}) as { jwt?: { providers: unknown[] } };
  return { made: jwt?.providers[0] ?? null, notes: notes.filter((note) => !note.includes("exposure")) };
}

describe("what a RequestAuthentication says", () => {
  it("lets requests without a token pass, and says so of the services that were not open", () => {
    const { spec, notes } = policyOf({ selector, jwtRules: [rule] });
    expect(spec).toEqual({
      targetRefs: [{ kind: "Service", name: "web" }],
      mode: "permit",
      jwt: { providers: [provider] },
    });
    expect(notes).toEqual([expect.stringMatching(/^changed \/spec: It takes the place of the Service's exposure/)]);
  });

  it("leaves exposure alone for the whole mesh and for Gateways", () => {
    const mesh = importIstio([istio("RequestAuthentication", "idp", { jwtRules: [rule] }, "istio-system")]);
    expect(specOf(mesh.documents, "AuthenticationPolicy")).toMatchObject({ targetRefs: [{ kind: "Mesh" }] });
    expect(mesh.notes).toEqual([]);
    const targetRefs = [{ kind: "Gateway", group: "gateway.networking.k8s.io", name: "door" }];
    const gateway = policyOf({ targetRefs, jwtRules: [rule] });
    expect(gateway.spec).toMatchObject({ targetRefs: [{ kind: "Gateway", name: "door" }] });
    expect(gateway.notes).toEqual([]);
  });

  it("says audiences, keys, where tokens are, and claims as headers", () => {
    const jwks = { keys: [{ kty: "EC", crv: "P-256", x: "a", y: "b", kid: "1" }] };
    const { made, notes } = providerOf({
      issuer: "testing@secure.istio.io",
      audiences: ["a", "b"],
      jwks: JSON.stringify(jwks),
      fromHeaders: [{ name: "x-token", prefix: "JWT " }, { name: "x-raw" }],
      fromCookies: ["session"],
      forwardOriginalToken: true,
      outputClaimToHeaders: [{ header: "x-user", claim: "sub" }],
    });
    expect(made).toEqual({
      name: "testing-secure-istio-io",
      issuer: "testing@secure.istio.io",
      audiences: ["a", "b"],
      jwks,
      algorithms: ALGORITHMS,
      from: [{ header: "x-token", prefix: "JWT " }, { header: "x-raw" }, { cookie: "session" }],
      claimToHeaders: [{ header: "x-user", claim: "sub" }],
    });
    expect(notes).toEqual([]);
  });

  it("tells what it cannot say of a rule, and what it says otherwise", () => {
    const { made, notes } = providerOf({
      ...rule,
      jwksUri: "http://keys.auth.svc.cluster.local/jwks",
      fromHeaders: [{ name: "x-token" }, { prefix: "Bearer " }],
      fromParams: ["access_token"],
      forwardOriginalToken: false,
      outputPayloadToHeader: "x-payload",
      outputClaimToHeaders: [{ header: "x user", claim: "sub" }, { header: "x-empty" }],
      timeout: "1s",
      spaceDelimitedClaims: ["roles"],
      moonPhase: "full",
    });
    expect(made).toMatchObject({ from: [{ header: "x-token" }] });
    expect(made).not.toHaveProperty("claimToHeaders");
    expect(notes.map((note) => note.replace(/:.*/, "").replace("/spec/jwtRules/0/", "")).toSorted()).toEqual([
      "changed forwardOriginalToken",
      "changed jwksUri",
      "dropped fromHeaders/1",
      "dropped fromParams",
      "dropped moonPhase",
      "dropped outputClaimToHeaders/0",
      "dropped outputClaimToHeaders/1",
      "dropped outputPayloadToHeader",
      "dropped spaceDelimitedClaims",
      "dropped timeout",
    ]);
  });

  it("gives two issuers of one host two names", () => {
    const { spec } = policyOf({ selector, jwtRules: [rule, { ...rule, issuer: "https://id.example.com/two" }] });
    expect(spec).toMatchObject({ jwt: { providers: [{ name: "id-example-com" }, { name: "id-example-com-2" }] } });
  });
});

describe("security: a check that cannot be said accepts no token", () => {
  const secret = JSON.stringify({ keys: [{ kty: "RSA", n: "a", e: "AQAB", d: "b" }] });
  const shared = JSON.stringify({ keys: [{ kty: "oct", k: "a" }] });
  it.each<[string, object]>([
    ["without an issuer", { jwksUri: rule.jwksUri }],
    ["with an audience that is no text", { ...rule, audiences: ["a", 7] }],
    ["with audiences that are no list", { ...rule, audiences: "a" }],
    ["whose keys are found by discovery", { issuer: rule.issuer }],
    ["whose keys cannot be read", { issuer: rule.issuer, jwks: "{" }],
    ["with a private key", { issuer: rule.issuer, jwks: secret }],
    ["with a shared key", { issuer: rule.issuer, jwks: shared }],
    ["that takes tokens from the query only", { ...rule, fromParams: ["token"] }],
    ["with a header that has no name", { ...rule, fromHeaders: [{}] }],
    ["with a key set that has no address", { ...rule, jwksUri: "keys" }],
  ])("leaves out a rule %s, and tells it", (_what, jwtRule) => {
    const { spec, notes } = policyOf({ selector, jwtRules: [jwtRule] });
    expect(spec).toBeNull();
    expect(notes.some((note) => /^dropped \/spec\/jwtRules\/0.*not accepted$/.test(note))).toBe(true);
    expect(notes.at(-1)).toBe("dropped : It is left out: NO TOKEN IS CHECKED FOR IT HERE");
    const rest = policyOf({ selector, jwtRules: [jwtRule, rule] });
    expect(rest.spec).toMatchObject({ jwt: { providers: [provider] } });
  });

  it("is left out, and told, where it cannot be attached or has more issuers than fit", () => {
    expect(policyOf({ selector: { matchLabels: { tier: "1" } }, jwtRules: [rule] })).toMatchObject({
      spec: null,
      notes: [expect.stringMatching(/stands for these labels/), expect.stringMatching(/NO TOKEN IS CHECKED/)],
    });
    const many = Array.from({ length: 17 }, (_, index) => ({ ...rule, issuer: `issuer-${index}` }));
    const { notes } = policyOf({ selector, jwtRules: many });
    expect(notes[0]).toMatch(/^dropped \/spec\/jwtRules\/16: A policy has 16 issuers at most/);
  });

  it("tells where issuers would have added up", () => {
    const other = istio("RequestAuthentication", "other", { selector, jwtRules: [rule] });
    const everywhere = istio("RequestAuthentication", "all", { jwtRules: [rule] }, "istio-system");
    expect(policyOf({ selector: {}, jwtRules: [rule] }, service("web"), service("page"))).toMatchObject({
      spec: { targetRefs: [{ name: "web" }, { name: "page" }] },
    });
    const both = importIstio([other, istio("RequestAuthentication", "idp", { selector, jwtRules: [rule] })]);
    expect(told(both.notes)).toContain(
      "changed : There their issuers add up: RequestAuthentication/shop/other is for Service/shop/web as well, and one of the two holds",
    );
    for (const order of [
      [other, everywhere],
      [everywhere, other],
    ]) {
      expect(told(importIstio(order).notes).some((note) => note.includes("does not hold"))).toBe(true);
    }
  });
});

describe("PeerAuthentication", () => {
  it.each([
    [{ mtls: { mode: "STRICT" } }, "/spec/mtls/mode", /exposure: mesh of a Service, the default/],
    [{ mtls: { mode: "PERMISSIVE" } }, "/spec/mtls/mode", /exposure: public/],
    [{ mtls: { mode: "DISABLE" } }, "/spec/mtls/mode", /exposure: public/],
    [{}, "", /UNSET: what is above it holds there/],
    [{ mtls: { mode: "LOUD" } }, "/spec/mtls/mode", /there is no such mode/],
  ])("tells what corresponds to %j", (spec, pointer, message) => {
    const { documents, notes } = importIstio([istio("PeerAuthentication", "default", spec)]);
    expect(documents).toEqual([]);
    expect(notes).toEqual([expect.objectContaining({ severity: "dropped", pointer })]);
    expect(notes[0]?.message).toMatch(message);
  });

  it("tells modes of single ports, and what it was for", () => {
    const spec = { selector, mtls: { mode: "STRICT" }, portLevelMtls: { 8080: { mode: "DISABLE" } } };
    const { notes } = importIstio([istio("PeerAuthentication", "default", spec)]);
    expect(notes.map(({ pointer }) => pointer)).toEqual(["/spec/mtls/mode", "/spec/selector", "/spec/portLevelMtls"]);
  });
});
