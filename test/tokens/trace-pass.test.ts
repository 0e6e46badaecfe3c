import { beforeAll, describe, expect, it } from "vitest";
import type { MeshKeys } from "../../src/model/message/mesh-keys.ts";
import { mint } from "../../src/tokens/mint.ts";
import { mintTracePass, verifyTracePass } from "../../src/tokens/trace-pass.ts";

const NOW = Date.UTC(2026, 0, 1, 12);
const names = { issuer: "spiffe://mesh.local", trustDomain: "mesh.local" };
const mia = { name: "mia", namespaces: null };
let keys: Pick<MeshKeys, "signing" | "accepted">;
beforeAll(async () => {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const { privateKey, publicKey } = await crypto.subtle.generateKey(algorithm, false, ["sign", "verify"]);
  keys = { signing: { kid: "one", key: privateKey }, accepted: new Map([["one", publicKey]]) };
});

describe("a pass", () => {
  it("holds for a quarter of an hour, for the namespaces of who asked for it", async () => {
    const { pass, expiresAtMs } = await mintTracePass(keys.signing, names, { name: "mia", namespaces: ["shop"] }, NOW);
    expect(expiresAtMs).toBe(NOW + 900_000);
    expect(await verifyTracePass(pass, keys, names, NOW)).toMatchObject({ kid: "one", namespaces: ["shop"] });
    expect(await verifyTracePass(pass, keys, names, NOW + 906_000)).toBeNull();
    const whole = await mintTracePass(keys.signing, names, mia, NOW);
    expect(await verifyTracePass(whole.pass, keys, names, NOW)).toMatchObject({ namespaces: null });
  });

  it("of another mesh, of a key that is out of use, or that was tampered with is none", async () => {
    const { pass } = await mintTracePass(keys.signing, names, mia, NOW);
    expect(await verifyTracePass(pass, keys, { ...names, issuer: "spiffe://other" }, NOW)).toBeNull();
    expect(await verifyTracePass(pass, keys, { ...names, trustDomain: "other" }, NOW)).toBeNull();
    expect(await verifyTracePass(pass, { accepted: new Map() }, names, NOW)).toBeNull();
    expect(await verifyTracePass(`${pass.slice(0, -4)}AAAA`, keys, names, NOW)).toBeNull();
    expect(await verifyTracePass("1", keys, names, NOW)).toBeNull();
  });

  it("is a token for that alone: the mesh's other tokens are none, and one without a list lets nothing through", async () => {
    const iat = NOW / 1000;
    const claims = { iss: names.issuer, aud: "spiffe://mesh.local", sub: "mia", iat, exp: iat + 60 };
    const access = await mint(keys.signing, "at+jwt", { ...claims, namespaces: null });
    expect(await verifyTracePass(access, keys, names, NOW)).toBeNull();
    const odd = await mint(keys.signing, "selvage-trace+jwt", { ...claims, namespaces: "shop" });
    expect(await verifyTracePass(odd, keys, names, NOW)).toMatchObject({ namespaces: [] });
  });
});
