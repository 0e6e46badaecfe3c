// A caller is known again by the same proofs, and only as long as everything that made it known still holds.
import { describe, expect, it, vi } from "vitest";
import type { MeshKeys } from "../../../src/model/message/mesh-keys.ts";
import { basic, CLIENT, keys, lastSent, meshBehind, SECRET, told } from "../../support/worker/clients-mesh.ts";
import { bearing, CLAIMS, inlineProviders, newIssuers } from "../../support/worker/guarded-mesh.ts";
import { NOW } from "../../support/worker/test-mesh.ts";

const kit = await newIssuers();
const jwt = `jwt: {providers: ${inlineProviders(kit, ", claimToHeaders: [{claim: sub, header: X-User}]")}}`;

describe("a caller who comes again with the same proofs", () => {
  it("costs no digest and no signature, and is told to the service alike", async () => {
    const mesh = meshBehind(`${jwt}, clientCredentials: {required: true, from: [{headers: {}}]}`);
    const proofs = { ...bearing(await kit.sign(CLAIMS)).headers, client_id: "web", client_secret: SECRET };
    const headers = { ...(proofs as Record<string, string>), "x-user": "forged", x_user: "forged" };
    expect(await told(mesh, headers)).toBe("200");
    const first = Object.fromEntries(lastSent(mesh));
    const spied = (["digest", "sign", "verify"] as const).map((name) => vi.spyOn(crypto.subtle, name));
    expect(await told(mesh, headers)).toBe("200");
    expect(spied.map(({ mock }) => mock.calls.length)).toEqual([0, 0, 0]);
    vi.restoreAllMocks();
    const second = Object.fromEntries(lastSent(mesh));
    for (const name of ["traceparent", "selvage-assertion"]) {
      delete first[name];
      delete second[name];
    }
    expect(second).toEqual(first);
    expect([second["x-user"], second["x_user"], second["client_secret"]]).toEqual([CLAIMS.sub, undefined, undefined]);
    expect(second["selvage-source"]).toBe("spiffe://mesh.local/ns/shop/app/web");
    expect(mesh.traced.filter(([stage]) => stage === "authenticate")).toHaveLength(2);
  });

  it("is a stranger with any other proof, however alike", async () => {
    const mesh = meshBehind(CLIENT);
    expect(await told(mesh, basic("web", SECRET))).toBe("200");
    for (const [id, secret] of [
      ["web", `${SECRET}x`],
      ["we", SECRET],
      ["web", SECRET.slice(1)],
    ] as const) {
      expect((await told(mesh, basic(id, secret))).slice(0, 11)).toBe("401 SLV2111");
    }
    expect((await told(mesh, { ...basic("web", SECRET), client_id: "web" })).slice(0, 3)).toBe("401");
    expect(await told(mesh, basic("web", SECRET))).toBe("200");
  });

  it("is a stranger when the token has expired, and after a minute is looked at anew", async () => {
    let now = NOW;
    const mesh = meshBehind(jwt, {}, { ports: { now: () => now } });
    const { headers } = bearing(await kit.sign({ ...CLAIMS, exp: NOW / 1000 + 90 }));
    const after = async (ms: number): Promise<string> => ((now = NOW + ms), (await told(mesh, headers)).slice(0, 3));
    expect([await after(0), await after(59_999), await after(60_001), await after(300_000)]).toEqual([
      "200",
      "200",
      "200",
      "401",
    ]);
  });

  it("is refused as soon as the mesh's keys cannot be had or are others, as without having been known", async () => {
    let held: MeshKeys | null = keys;
    const mesh = meshBehind(CLIENT, {}, { ports: { keys: () => held } });
    expect(await told(mesh, basic("web", SECRET))).toBe("200");
    held = null;
    expect((await told(mesh, basic("web", SECRET))).slice(0, 3)).toBe("503");
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const pepper = await crypto.subtle.importKey("raw", new Uint8Array(32).fill(7), algorithm, false, ["sign"]);
    held = { ...keys, pepper };
    expect((await told(mesh, basic("web", SECRET))).slice(0, 11)).toBe("401 SLV2111");
  });

  it("needs its contract each time", async () => {
    const contracts: Record<string, Record<string, { limits: number[] }>> = {
      "shop/orders": { "shop/web": { limits: [] } },
    };
    const mesh = meshBehind(CLIENT, { tiered: { "shop/orders": true }, contracts } as never);
    expect(await told(mesh, basic("web", SECRET))).toBe("200");
    delete contracts["shop/orders"]!["shop/web"];
    expect((await told(mesh, basic("web", SECRET))).slice(0, 3)).toBe("401");
  });
});
