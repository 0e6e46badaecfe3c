import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { verifyRequest, type VerifyOptions } from "../../src/verify/verify-request.ts";
import { signerOf } from "../support/tokens/jws.ts";
import { boundTo, signingMesh, type SigningMesh } from "../support/tokens/signing-mesh.ts";

const NOW = 1_795_392_000_000;
let mesh: SigningMesh;
let now = NOW;
beforeEach(async () => {
  now = NOW;
  mesh = await signingMesh();
});
afterEach(() => mesh.stop());

const k1 = () => mesh.published[0]!;
const options = (more: Partial<VerifyOptions> = {}): VerifyOptions => ({
  jwksUrl: mesh.jwksUrl,
  audience: "shop/orders",
  now: () => now,
  ...more,
});
async function verify(assertion: string | null, more: Partial<VerifyOptions> = {}, target = "/items", method = "GET") {
  const headers = new Headers(assertion === null ? {} : { "selvage-assertion": assertion });
  return verifyRequest({ method, url: `http://orders.example${target}`, headers }, options(more));
}
const reasonOf = async (...given: Parameters<typeof verify>): Promise<string> => {
  const verified = await verify(...given);
  return verified.ok ? "good" : `${verified.status} ${verified.reason}`;
};

describe("an assertion that was good a moment ago", () => {
  it("is good until it expires, and not a millisecond longer", async () => {
    const assertion = await mesh.assert(k1(), now);
    expect(await reasonOf(assertion)).toBe("good");
    now = NOW + 69_999;
    expect(await reasonOf(assertion)).toBe("good");
    now = NOW + 70_000;
    expect(await reasonOf(assertion)).toBe("401 expired");
  });

  it("is no word for another service, nor with one letter of its signature changed, nor before its time", async () => {
    const assertion = await mesh.assert(k1(), now);
    expect(await reasonOf(assertion)).toBe("good");
    expect(await reasonOf(assertion, { audience: "shop/prices" })).toBe("401 audience");
    expect(await reasonOf(assertion, { issuer: "spiffe://other" })).toBe("401 issuer");
    const [head, body, signature = ""] = assertion.split(".");
    const forged = `${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
    expect(await reasonOf([head, body, forged].join("."))).toBe("401 signature");
    now = NOW - 60_000;
    expect(await reasonOf(assertion)).toMatch(/^401/);
  });

  it("is not good any more once the mesh publishes its key no longer", async () => {
    const assertion = await mesh.assert(k1(), now);
    expect(await reasonOf(assertion)).toBe("good");
    mesh.published = [await signerOf("ES256", "k2")];
    now = NOW + 50_001;
    expect(await reasonOf(assertion)).toBe("401 unknown-key");
  });
});

describe("a request passes", () => {
  it("with the mesh's word for it, and who calls is told", async () => {
    const act = {
      sub: "spiffe://mesh.local/ns/shop/sa/storefront",
      act: { sub: "spiffe://mesh.local/ns/shop/app/till" },
    };
    const verified = await verify(await mesh.assert(k1(), now, { sub: "https://id/u1", act }));
    expect(verified).toMatchObject({
      ok: true,
      caller: {
        subject: "https://id/u1",
        actors: ["spiffe://mesh.local/ns/shop/sa/storefront", "spiffe://mesh.local/ns/shop/app/till"],
        claims: { iss: "spiffe://mesh.local" },
      },
    });
  });

  it("for either name of the service, and the issuer that is asked for", async () => {
    const assertion = await mesh.assert(k1(), now);
    expect(await reasonOf(assertion, { audience: "spiffe://mesh.local/ns/shop/sa/orders" })).toBe("good");
    expect(await reasonOf(assertion, { issuer: "spiffe://mesh.local" })).toBe("good");
  });

  it("as often as the mesh reuses its word, unless replay is strict", async () => {
    const assertion = await mesh.assert(k1(), now);
    expect([await reasonOf(assertion), await reasonOf(assertion)]).toEqual(["good", "good"]);
    expect(mesh.asked).toBe(1);
  });
});

describe("a request is refused", () => {
  it.each<[string, string, object, Record<string, unknown>]>([
    ["for another service", "401 audience", { aud: ["shop/carts"] }, {}],
    ["of another kind: an access token", "401 type", {}, { typ: "at+jwt" }],
    ["without a kind", "401 type", {}, { typ: undefined }],
    ["that lives longer than a minute", "401 claims", { exp: NOW / 1000 + 61 }, {}],
    ["that has no end", "401 claim-missing", { exp: undefined }, {}],
    ["without a subject", "401 claim-missing", { sub: undefined }, {}],
    ["from the future", "401 issued-in-the-future", { iat: NOW / 1000 + 11 }, {}],
    ["with an algorithm of its own choice", "401 algorithm", {}, { alg: "none" }],
  ])("with an assertion %s", async (_title, expected, claims, header) => {
    expect(await reasonOf(await mesh.assert(k1(), now, claims, header))).toBe(expected);
  });

  it("without an assertion, with two, or with something else", async () => {
    const assertion = await mesh.assert(k1(), now);
    expect(await reasonOf(null)).toBe("401 missing");
    expect(await reasonOf("")).toBe("401 missing");
    expect(await reasonOf(`${assertion}, ${assertion}`)).toBe("401 malformed");
    expect(await reasonOf("anonymous")).toBe("401 malformed");
  });

  it("from another mesh", async () => {
    expect(await reasonOf(await mesh.assert(k1(), now), { issuer: "spiffe://other" })).toBe("401 issuer");
    expect(await reasonOf(await mesh.assert(await signerOf("ES256", "k1"), now))).toBe("401 signature");
  });

  it("once the assertion has expired, to the second", async () => {
    const assertion = await mesh.assert(k1(), now);
    for (const [after, expected] of [
      [69_999, "good"],
      [70_000, "401 expired"],
    ] as const) {
      now = NOW + after;
      expect(await reasonOf(assertion)).toBe(expected);
    }
  });
});

describe("an assertion that is bound to a request", () => {
  it("is good for that method, path and query only", async () => {
    const assertion = await mesh.assert(k1(), now, await boundTo("GET", "/items?page=2"));
    const check = (target: string, method = "GET") => reasonOf(assertion, {}, target, method);
    expect(await check("/items?page=2")).toBe("good");
    for (const target of [
      "/items?page=3",
      "/items",
      "/item?page=2",
      "/x/../items?page=2",
      "//x/items?page=2",
      "/items/?page=2",
      "/ITEMS?page=2",
    ]) {
      expect([target, await check(target)]).toEqual([target, "401 not-for-this-request"]);
    }
    expect(await check("/items?page=2", "POST")).toBe("401 not-for-this-request");
  });

  it("is asked for by assertion: request and by strict replay", async () => {
    const assertion = await mesh.assert(k1(), now);
    expect(await reasonOf(assertion, { assertion: "request" })).toBe("401 not-bound");
    expect(await reasonOf(assertion, { replay: "strict" })).toBe("401 not-bound");
  });

  it("is good once where replay is strict", async () => {
    const bound = await boundTo("POST", "/orders");
    const [one, other] = [await mesh.assert(k1(), now, bound), await mesh.assert(k1(), now, bound)];
    const use = (assertion: string) => reasonOf(assertion, { replay: "strict" }, "/orders", "POST");
    expect([await use(one), await use(one), await use(other)]).toEqual(["good", "401 used-before", "good"]);
    now += 69_999;
    expect(await use(one)).toBe("401 used-before");
    now += 1;
    expect(await use(one)).toBe("401 expired");
  });
});

describe("the mesh's keys", () => {
  it("are fetched once for many requests at a time", async () => {
    const assertion = await mesh.assert(k1(), now);
    const reasons = await Promise.all(Array.from({ length: 50 }, () => reasonOf(assertion)));
    expect([new Set(reasons), mesh.asked]).toEqual([new Set(["good"]), 1]);
  });

  it("are fetched anew for a key that is not known, and strangers cannot make it often", async () => {
    expect(await reasonOf(await mesh.assert(k1(), now))).toBe("good");
    const k2 = await signerOf("ES256", "k2");
    mesh.published = [k1(), k2];
    now += 10_001;
    expect(await reasonOf(await mesh.assert(k2, now))).toBe("good");
    const stranger = await signerOf("ES256", "zz");
    for (let nth = 0; nth < 200; nth++) {
      const assertion = await mesh.assert({ ...stranger, kid: `zz-${nth}` }, now);
      expect(await reasonOf(assertion)).toBe("401 unknown-key");
    }
    expect(mesh.asked).toBe(2);
  });

  it("that were revoked are refused within a minute", async () => {
    const revoked = k1();
    expect(await reasonOf(await mesh.assert(revoked, now))).toBe("good");
    mesh.published = [await signerOf("ES256", "k2")];
    now += 50_001;
    expect(await reasonOf(await mesh.assert(revoked, now))).toBe("401 unknown-key");
  });

  it.each([
    ["answers 500", () => ({ status: 500, body: "" })],
    ["redirects", () => ({ status: 302, body: "" })],
    ["answers HTML", () => ({ status: 200, body: "<html>" })],
    ["publishes no key", () => ({ status: 200, body: '{"keys":[]}' })],
    ["answers too much", (body: string) => ({ status: 200, body: body + " ".repeat(70_000) })],
  ])("serve on while the mesh %s, for a day", async (_title, answer) => {
    expect(await reasonOf(await mesh.assert(k1(), now))).toBe("good");
    mesh.answer = answer;
    now += 3_600_000;
    expect(await reasonOf(await mesh.assert(k1(), now))).toBe("good");
    now += 24 * 3_600_000;
    expect(await reasonOf(await mesh.assert(k1(), now))).toBe("503 keys-unavailable");
  });

  it("cannot be had: then nobody passes, and the answer says that it is not the caller's fault", async () => {
    mesh.answer = () => ({ status: 503, body: "" });
    expect(await reasonOf(await mesh.assert(k1(), now))).toBe("503 keys-unavailable");
    now += 2001;
    mesh.answer = (body) => ({ status: 200, body });
    expect(await reasonOf(await mesh.assert(k1(), now))).toBe("good");
  });
});
