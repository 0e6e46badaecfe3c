// Hono's advisories, as far as what they were about exists here: one test an id, each failing when its guard is taken
// out (test/regress/mutations.ts). Hono serves the admin API only; the data plane does without it.
import { beforeAll, describe, expect, it } from "vitest";
import { addressBits, blockBits } from "../../src/decide/text/ip.ts";
import { keySetOf } from "../../src/tokens/key-set.ts";
import { readToken } from "../../src/tokens/read-token.ts";
import { verifyToken, type Terms } from "../../src/tokens/verify-token.ts";
import { encodePart, signJws, signerOf } from "../support/tokens/jws.ts";
import { api, ask, FIRST_LOAD_MS } from "../support/worker/admin.ts";
import { guarded, ORDERS, statusesOf } from "../support/worker/guarded.ts";
import { emptyRegistry } from "../support/worker/registry.ts";
import { routeYaml, serviceYaml, testMesh } from "../support/worker/test-mesh.ts";

const NOW = Date.UTC(2026, 0, 1);
const terms: Terms = {
  issuer: "https://id.example.com/",
  audiences: [],
  algorithms: ["RS256"],
  clockSkewMs: 0,
  requiredClaims: ["exp"],
};
const claims = { iss: terms.issuer, exp: NOW / 1000 + 60 };

async function verdict(text: string, keys: readonly object[], algorithms = terms.algorithms): Promise<string> {
  const token = readToken(text);
  if (!token.ok) {
    return token.reason;
  }
  const set = await keySetOf({ keys: keys.map((key) => ({ ...key })) });
  const verified = await verifyToken(token, set.keys, { ...terms, algorithms }, NOW);
  return verified.ok ? "good" : verified.reason;
}

describe("tokens", () => {
  it("CVE-2026-22817: the token does not choose the algorithm: HS256 with the public key as the secret is refused", async () => {
    const signer = await signerOf("RS256");
    const header = { alg: "HS256", kid: signer.kid };
    for (const secret of [JSON.stringify(signer.jwk), String(signer.jwk.n)]) {
      const key = await crypto.subtle.importKey(
        "raw",
        new TextEncoder().encode(secret),
        { name: "HMAC", hash: "SHA-256" },
        false,
        ["sign"],
      );
      const signed = `${encodePart(header)}.${encodePart(claims)}`;
      const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(signed)));
      const text = `${signed}.${btoa(String.fromCharCode(...mac))
        .replaceAll("+", "-")
        .replaceAll("/", "_")
        .replaceAll("=", "")}`;
      expect(await verdict(text, [signer.jwk])).toBe("algorithm");
      expect(await verdict(text, [signer.jwk], ["RS256", "HS256"])).toBe("unknown-key");
    }
  });

  it("CVE-2026-22818: a key without alg is not used for whatever the token asks for", async () => {
    const [rs, ps] = [await signerOf("RS256"), await signerOf("PS256")];
    const { alg: _, ...bare } = ps.jwk as { alg: string };
    expect(await verdict(await signJws(ps, claims), [bare])).toBe("algorithm");
    expect(await verdict(await signJws(rs, claims, { alg: "none" }), [rs.jwk])).not.toBe("good");
    expect(await verdict(await signJws(rs, claims), [rs.jwk])).toBe("good");
  });
});

describe("addresses", () => {
  /** Of an address at a DENY and at an ALLOW for the block. */
  const statuses = async (address: string, block: string): Promise<number[]> => {
    const found: number[] = [];
    for (const action of ["DENY", "ALLOW"]) {
      const env = { LOCAL_CLIENT_ADDRESS: address };
      const mesh = guarded([`action: ${action}, rules: [{from: [{ipBlocks: ["${block}"]}]}]`], "", { env });
      found.push(...(await statusesOf(mesh, `${ORDERS}/`)));
    }
    return found;
  };

  it("CVE-2026-24398: an octet above 255 or in another base is no address", async () => {
    for (const text of ["1.2.3.256", "999.1.1.1", "0x7f.0.0.1", "0177.0.0.1", "127.1"]) {
      expect([text, addressBits(text), blockBits(`${text}/8`)]).toEqual([text, null, null]);
      expect(await statuses(text, "10.0.0.0/8")).toEqual([403, 403]);
    }
  });

  it("CVE-2026-39409: an IPv4 address in an IPv6 one is the IPv4 address", async () => {
    for (const text of ["::ffff:127.0.0.1", "::FFFF:7f00:1", "0:0:0:0:0:ffff:7f00:1"]) {
      expect([text, ...(await statuses(text, "127.0.0.0/8"))]).toEqual([text, 403, 200]);
    }
    expect(await statuses("::ffff:128.0.0.1", "127.0.0.0/8")).toEqual([200, 403]);
  });

  it("CVE-2026-47674: every spelling of an IPv6 address is that address", async () => {
    for (const text of ["2001:db8::1", "2001:DB8:0:0::1", "2001:0db8:0000:0000:0000:0000:0000:0001"]) {
      expect([text, ...(await statuses(text, "2001:db8::1"))]).toEqual([text, 403, 200]);
    }
  });
});

describe("answers", () => {
  it("CVE-2026-24472, CVE-2026-44457: the mesh keeps no answer, and its own may be kept by nobody", async () => {
    let nth = 0;
    const mesh = testMesh(serviceYaml("orders"), {
      service: () =>
        new Response(`for ${++nth}`, { headers: { "cache-control": "public, max-age=600", vary: "authorization" } }),
    });
    const bodies = ["a", "b"].map(async (user) =>
      (await mesh.send(`${ORDERS}/x.css`, { headers: { authorization: user } })).text(),
    );
    expect(new Set(await Promise.all(bodies)).size).toBe(2);
    const refused = await guarded(["rules: []"]).send(`${ORDERS}/`);
    expect(refused.headers.get("cache-control")).toBe("no-store");
  });

  it("CVE-2026-29086: what goes into a cookie cannot add to it", async () => {
    const rule =
      '[{matches: [{path: {type: Exact, value: "/a;Domain=evil.example"}}], backendRefs: [{name: orders}], sessionPersistence: {sessionName: sid}}]';
    const mesh = testMesh(serviceYaml("orders") + routeYaml(rule));
    const cookie = (await mesh.send("http://shop.example/a;x")).headers.get("set-cookie");
    expect(cookie).toMatch(/^sid=[\w.-]+; Path=\/; HttpOnly$/);
  });

  it("GHSA-79qm-7rj5-m7r9: what a service's Connection nominates does not reach the caller", async () => {
    const mesh = testMesh(serviceYaml("orders"), {
      service: () => new Response("", { headers: { connection: "x-inner", "x-inner": "1", "x-outer": "1" } }),
    });
    const { headers } = await mesh.send(`${ORDERS}/`);
    expect([headers.get("x-inner"), headers.get("x-outer")]).toEqual([null, "1"]);
  });
});

describe("the admin API", () => {
  beforeAll(async () => {
    await emptyRegistry();
    await ask("GET", "/_selvage/healthz");
  }, FIRST_LOAD_MS);

  it("CVE-2026-44456: a body is counted as it comes, whatever its length is said to be", async () => {
    const megabyte = new Uint8Array(1 << 20).fill(0x20);
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => (sent++ < 64 ? controller.enqueue(megabyte) : controller.close()),
    });
    expect((await api("POST", "/apply", { body })).status).toBe(413);
    expect(sent).toBeLessThan(10);
  });

  it("CVE-2026-126357: no spelling of a path comes around who may call", async () => {
    const spellings = [
      "/_selvage//v1//tokens",
      "/_selvage/./v1/tokens",
      "/_selvage/x/../v1/tokens",
      "/_selvage/%76%31/tokens",
      "/%5fselvage/v1/tokens",
      "/_selvage;x/v1;y/tokens;z",
    ];
    for (const path of spellings) {
      expect([path, (await ask("GET", path, { token: null })).status]).toEqual([path, 401]);
      expect([path, (await ask("GET", path)).status]).toEqual([path, 200]);
    }
  });

  it("GHSA-h7mg-cq63-vhpq: a line break, or what looks like a wildcard, comes around it no more than a path", async () => {
    for (const path of [
      "/_selvage/v1/tokens%0a",
      "/_selvage/v1/%0atokens",
      "/_selvage/v1/tokens%E2%80%A8",
      "/_selvage/v1/*",
      "/_selvage/v1*/tokens",
      "/_selvage/v1/tokens/*",
    ]) {
      const { status } = await ask("GET", path, { token: null });
      expect([path, [400, 401, 404, 405].includes(status)]).toEqual([path, true]);
    }
  });
});
