import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HeldJwks } from "../../../src/isolate/jwks.ts";
import { jwksOf } from "../../../src/isolate/ports.ts";
import { signJws, signerOf, type Signer } from "../../support/tokens/jws.ts";
import { failingNamespace } from "../../support/worker/objects.ts";
import { bearing, CLAIMS, GUARDED_URL, guardedMesh, ISSUER } from "../../support/worker/guarded-mesh.ts";
import { NOW, problemOf, type TestMesh } from "../../support/worker/test-mesh.ts";

const MINUTE = 60_000;

const newJwks = () => {
  const held = new HeldJwks();
  return jwksOf(() => held);
};

let made = 0;
let clock = NOW;
let published: readonly Signer[];
let issuer: () => Response | Promise<Response>;
/** Whatever anybody fetched: services are functions here, so it can only be key sets. */
let fetched: string[];
let es: Signer;

beforeEach(async () => {
  clock = NOW;
  fetched = [];
  es = await signerOf("ES256", "es");
  published = [es];
  issuer = () => Response.json({ keys: published.map(({ jwk }) => jwk) });
  vi.spyOn(Date, "now").mockImplementation(() => clock);
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
    fetched.push(String(input));
    return issuer();
  });
});
afterEach(() => vi.restoreAllMocks());

/** An isolate of its own, and a URL that no other test has asked. */
function fixture(bindings: object = { JWKS: env.JWKS }): TestMesh & { readonly url: string } {
  const url = `https://id.example.com/jwks-${++made}-${crypto.randomUUID()}.json`;
  const jwt = `jwt: {providers: [{name: idp, issuer: "${ISSUER}", audiences: [orders], jwksUri: "${url}"}]}`;
  return { url, ...guardedMesh(jwt, { env: { ...bindings }, ports: { jwks: newJwks(), now: () => clock } }) };
}
/** Good at any time of the test. */
const goodToken = (by: Signer, more: object = {}): Promise<string> =>
  signJws(by, { ...CLAIMS, exp: NOW / 1000 + 1_000_000, ...more });
const statusOf = async (mesh: TestMesh, token: string): Promise<number> =>
  (await mesh.send(GUARDED_URL, bearing(token))).status;

describe("keys of a URL", () => {
  it("are fetched for the first token, and for no other", async () => {
    const mesh = fixture();
    for (let nth = 0; nth < 5; nth++) {
      expect(await statusOf(mesh, await goodToken(es, { sub: `u${nth}` }))).toBe(200);
    }
    expect(fetched).toEqual([mesh.url]);
  });

  it("are fetched once for many first tokens, and by many isolates", async () => {
    const meshes = [fixture()];
    const tokens = await Promise.all(Array.from({ length: 30 }, (_, nth) => goodToken(es, { sub: `u${nth}` })));
    const statuses = await Promise.all(tokens.map((token) => statusOf(meshes[0]!, token)));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(fetched).toHaveLength(1);
  });

  it("are refreshed behind a request after ten minutes", async () => {
    const mesh = fixture();
    const token = await goodToken(es);
    await statusOf(mesh, token);
    clock += 10 * MINUTE + 1;
    expect(await statusOf(mesh, token)).toBe(200);
    await mesh.settle();
    expect(fetched).toHaveLength(2);
    clock += 9 * MINUTE;
    await statusOf(mesh, token);
    await mesh.settle();
    expect(fetched).toHaveLength(2);
  });

  it("that were taken back are refused, also where a token was verified before", async () => {
    const mesh = fixture();
    const token = await goodToken(es);
    expect(await statusOf(mesh, token)).toBe(200);
    published = [await signerOf("ES256", "new")];
    clock += 10 * MINUTE + 1;
    await statusOf(mesh, token);
    await mesh.settle();
    expect(await statusOf(mesh, token)).toBe(401);
  });

  it("that were taken back while the isolate slept are refused at once", async () => {
    const mesh = fixture();
    const token = await goodToken(es);
    expect(await statusOf(mesh, token)).toBe(200);
    published = [await signerOf("ES256", "new")];
    clock += 60 * MINUTE;
    expect(await statusOf(mesh, token)).toBe(401);
  });
});

describe("an issuer that is down", () => {
  it("lets nobody in who was never known: 503 with a time to come back", async () => {
    issuer = () => new Response("", { status: 500 });
    const mesh = fixture();
    const answer = await mesh.send(GUARDED_URL, bearing(await goodToken(es)));
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "2"]);
    expect(answer.headers.get("selvage-decision")).toBe('authenticate; policy="AuthenticationPolicy/shop/door"; rev=7');
    expect(await problemOf(answer)).toMatchObject({ code: "SLV2113" });
    expect(mesh.sent).toEqual([]);
    // It recovers, and so does the policy.
    issuer = () => Response.json({ keys: [es.jwk] });
    clock += 2000;
    expect(await statusOf(mesh, await goodToken(es))).toBe(200);
  });

  it("locks nobody out for a day", async () => {
    const mesh = fixture();
    await statusOf(mesh, await goodToken(es));
    issuer = () => Promise.reject(new Error("down"));
    for (let hour = 1; hour < 24; hour++) {
      clock = NOW + hour * 60 * MINUTE;
      expect(await statusOf(mesh, await goodToken(es, { sub: `u${hour}` }))).toBe(200);
      await mesh.settle();
    }
    clock = NOW + 24 * 60 * MINUTE + 1;
    expect(await statusOf(mesh, await goodToken(es))).toBe(503);
  });

  it("is as good as down when the object that asks it cannot be reached", async () => {
    const mesh = fixture({ JWKS: failingNamespace(env.JWKS) });
    expect(await statusOf(mesh, await goodToken(es))).toBe(503);
    expect(fetched).toEqual([]);
  });
});

describe("key ids that nobody knows", () => {
  it("10 000 of them in a second cause one fetch, and valid callers are served meanwhile", async () => {
    const mesh = fixture();
    const good = await goodToken(es);
    expect(await statusOf(mesh, good)).toBe(200);
    clock += MINUTE;
    fetched.length = 0;
    const stranger = await signerOf("ES256", "stranger");
    const forged = await goodToken(stranger);
    const [, claims, signature] = forged.split(".");
    const forgedKid = (nth: number): string =>
      `${btoa(JSON.stringify({ alg: "ES256", kid: `kid-${nth}` })).replaceAll("=", "")}.${claims}.${signature}`;
    const tally = new Map<string, number>();
    const count = async (who: string, token: string): Promise<void> => {
      const key = `${who} ${await statusOf(mesh, token)}`;
      tally.set(key, (tally.get(key) ?? 0) + 1);
    };
    for (let batch = 0; batch < 100; batch++) {
      const flood = Array.from({ length: 100 }, (_, nth) => count("forged", forgedKid(batch * 100 + nth)));
      await Promise.all([...flood, count("good", good), count("good", await goodToken(es, { sub: `u${batch}` }))]);
      clock += 10;
    }
    expect(Object.fromEntries(tally)).toEqual({ "forged 401": 10_000, "good 200": 200 });
    expect(fetched).toHaveLength(1);
  });

  it("are asked for at most once in 30 s by all isolates together", async () => {
    const url = `https://id.example.com/jwks-${crypto.randomUUID()}.json`;
    const jwt = `jwt: {providers: [{name: idp, issuer: "${ISSUER}", audiences: [orders], jwksUri: "${url}"}]}`;
    const isolate = (): TestMesh =>
      guardedMesh(jwt, { env: { JWKS: env.JWKS }, ports: { jwks: newJwks(), now: () => clock } });
    const isolates = Array.from({ length: 8 }, isolate);
    const stranger = await signerOf("ES256", "stranger");
    for (let second = 0; second < 60; second++) {
      const tokens = await Promise.all(
        isolates.map((_, nth) => signJws(stranger, CLAIMS, { kid: `k${second}-${nth}` })),
      );
      await Promise.all(isolates.map((mesh, nth) => statusOf(mesh, tokens[nth]!)));
      clock += 1000;
    }
    // At 0, 30 s; a minute has passed.
    expect(fetched).toHaveLength(2);
  });
});

describe("what a token says", () => {
  it.each([
    ["jku", { jku: "https://evil.example.com/jwks.json" }],
    ["x5u", { x5u: "https://evil.example.com/cert.pem" }],
    ["jwk", { jwk: { kty: "EC" } }],
    ["kid as an address", { kid: "https://evil.example.com/key" }],
  ])("fetches nothing: %s", async (_title, header) => {
    const mesh = fixture();
    await statusOf(mesh, await goodToken(es));
    clock += MINUTE;
    const stranger = await signerOf("ES256", "es");
    const token = await signJws(stranger, { ...CLAIMS, iss: ISSUER }, header);
    expect(await statusOf(mesh, token)).toBe(401);
    expect(fetched.filter((url) => url !== mesh.url)).toEqual([]);
  });

  it("fetches nothing: an issuer that no provider has", async () => {
    const mesh = fixture();
    await statusOf(mesh, await goodToken(es));
    fetched.length = 0;
    const token = await signJws(await signerOf("ES256", "k"), { ...CLAIMS, iss: "https://evil.example.com/" });
    expect(await statusOf(mesh, token)).toBe(401);
    expect(fetched).toEqual([]);
  });
});

describe("a rotation", () => {
  it("under traffic refuses no valid request: new keys ten minutes ahead, old ones until their tokens are gone", async () => {
    const mesh = fixture();
    const keys = await Promise.all([0, 1, 2, 3].map((nth) => signerOf("ES256", `k${nth}`)));
    const PERIOD = 30;
    const refused: string[] = [];
    for (let minute = 0; minute < 100; minute++) {
      const current = Math.min(3, Math.floor(minute / PERIOD));
      // Published ten minutes before it signs, gone eleven minutes after it did.
      published = keys.filter((_, nth) => minute >= nth * PERIOD - 10 && minute < (nth + 1) * PERIOD + 11);
      for (let tenth = 0; tenth < 4; tenth++) {
        const exp = clock / 1000 + 600;
        const token = await signJws(keys[current]!, { ...CLAIMS, exp, sub: `u${minute}-${tenth}` });
        if ((await statusOf(mesh, token)) !== 200) {
          refused.push(`${minute}.${tenth}`);
        }
        clock += MINUTE / 4;
      }
      await mesh.settle();
    }
    expect(refused).toEqual([]);
    expect(fetched.length).toBeLessThan(20);
  });

  it("without notice refuses nobody either: an unknown key is asked for", async () => {
    const mesh = fixture();
    await statusOf(mesh, await goodToken(es));
    const next = await signerOf("ES256", "next");
    published = [next];
    clock += MINUTE;
    const tokens = await Promise.all(Array.from({ length: 20 }, (_, nth) => goodToken(next, { sub: `u${nth}` })));
    const statuses = await Promise.all(tokens.map((token) => statusOf(mesh, token)));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(fetched).toHaveLength(2);
  });
});
