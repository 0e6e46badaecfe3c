import { describe, expect, it } from "vitest";
import type { Identities } from "../../../src/model/snapshot/access.ts";
import { basic, CLIENT, meshBehind, keys, lastSent, SECRET, told } from "../../support/worker/clients-mesh.ts";
import { NOW } from "../../support/worker/test-mesh.ts";

const BAD_CLIENT = '401 SLV2111 Basic realm="selvage", charset="UTF-8", Client-ID-Enforcement';

describe("a client id and secret", () => {
  it("let an application in, as Basic or as headers, and the service never sees them", async () => {
    const mesh = meshBehind(CLIENT);
    expect(await told(mesh, basic("web", SECRET))).toBe("200");
    expect(lastSent(mesh).get("authorization")).toBeNull();
    expect(lastSent(mesh).get("selvage-source")).toBe("spiffe://mesh.local/ns/shop/app/web");
    expect(await told(mesh, { client_id: "web", client_secret: SECRET })).toBe("200");
    expect([lastSent(mesh).get("client_id"), lastSent(mesh).get("client_secret")]).toEqual(["web", null]);
  });

  it.each<[string, Record<string, string>]>([
    ["an unknown id", basic("nobody", SECRET)],
    ["a wrong secret", basic("web", `${SECRET}x`)],
    ["an expired secret", basic("web", "old-secret")],
    ["an empty secret", basic("web", "")],
    ["an empty id", basic("", SECRET)],
    ["a name that every object has", basic("constructor", SECRET)],
    ["__proto__", basic("__proto__", SECRET)],
    ["the credentials of a workload", basic("job", SECRET)],
    ["no colon", { authorization: `Basic ${btoa("web")}` }],
    ["no base64", { authorization: "Basic ???" }],
    ["no text", { authorization: `Basic ${btoa("\u00ff:\u00ff")}` }],
    ["the id alone", { client_id: "web" }],
    ["the secret alone", { client_secret: SECRET }],
    ["two different pairs", { ...basic("web", SECRET), client_id: "job", client_secret: SECRET }],
    ["an id of a thousand letters", basic("w".repeat(1000), SECRET)],
    ["two headers", { authorization: `Basic ${btoa(`web:${SECRET}`)}, Basic ${btoa("a:b")}` }],
  ])("are refused alike: %s", async (_title, headers) => {
    for (const mode of ["require", "permit"]) {
      const mesh = meshBehind(`mode: ${mode}, ${CLIENT}`);
      expect(await told(mesh, headers)).toBe(BAD_CLIENT);
      expect(mesh.sent).toEqual([]);
    }
  });

  it("are none when there is nothing after Basic, which is told as it is", async () => {
    const mesh = meshBehind(CLIENT);
    expect(await told(mesh, { authorization: "Basic" })).toBe(await told(mesh, {}));
    expect(await told(mesh, {})).toMatch(/^401 SLV2101 /);
    expect(await told(meshBehind(`mode: permit, ${CLIENT}`), { authorization: "Basic" })).toBe("200");
  });

  it("that were wrong twenty times are a 429 for a while, and right ones are let in all the same", async () => {
    let clock = NOW;
    const ports = { now: () => clock, keys: () => keys };
    const mesh = meshBehind(CLIENT, {}, { ports, env: { LOCAL_CLIENT_ADDRESS: "192.0.2.1" } });
    for (let nth = 0; nth < 20; nth++) {
      expect(await told(mesh, basic("web", "guess"))).toBe(BAD_CLIENT);
    }
    expect(await told(mesh, basic("web", "guess"))).toBe("429 SLV2114 null");
    expect(await told(mesh, basic("other", "guess"))).toBe("429 SLV2114 null");
    expect(await told(mesh, basic("web", SECRET))).toBe("200");
    clock += 3000;
    expect(await told(mesh, basic("web", "guess"))).toBe(BAD_CLIENT);
  });

  it("cannot be checked while the mesh's keys cannot be had", async () => {
    const mesh = meshBehind(CLIENT, {}, { ports: { keys: () => null } });
    expect(await told(mesh, basic("web", SECRET))).toBe("503 SLV2113 null");
  });
});

describe("a contract", () => {
  const tiered = { "shop/orders": true } as const;
  const entry = { contract: "shop/c", tier: "gold", limits: [] };

  it("is needed where the service offers tiers", async () => {
    expect(await told(meshBehind(CLIENT, { tiered }), basic("web", SECRET))).toBe(BAD_CLIENT);
    const contracts = { "shop/orders": { "shop/web": entry } };
    expect(await told(meshBehind(CLIENT, { tiered, contracts }), basic("web", SECRET))).toBe("200");
  });

  it("of another application or with another service is none", async () => {
    const others: Identities["contracts"][] = [
      { "shop/orders": { "shop/other": entry } },
      { "shop/carts": { "shop/web": entry } },
    ];
    for (const contracts of others) {
      expect(await told(meshBehind(CLIENT, { tiered, contracts }), basic("web", SECRET))).toBe(BAD_CLIENT);
    }
  });
});
