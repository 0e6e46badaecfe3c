import { describe, expect, it } from "vitest";
import { limitOf } from "../../../src/decide/limit/envoy-descriptor.ts";
import { bucketKey } from "../../../src/decide/limit/key.ts";
import type { KeyPart } from "../../../src/model/snapshot/limit.ts";

const client: KeyPart = { from: "client" };
const method: KeyPart = { from: "method" };
const tenant: KeyPart = { from: "header", name: "x-tenant" };
const limits = [
  { name: "all", key: [] },
  { name: "per-client", key: [client] },
  { name: "per-tenant", key: [tenant] },
  { name: "per-client-and-method", key: [client, method] },
];
const entries = (words: Readonly<Record<string, string>>) =>
  Object.entries(words).map(([key, value]) => ({ key, value }));
const nameOf = (words: Readonly<Record<string, string>>) => {
  const found = limitOf(limits, entries(words));
  return found === null ? null : limits[found.index]?.name;
};

describe("limitOf", () => {
  it.each([
    [{ colour: "red" }, "all"],
    [{ remote_address: "203.0.113.7" }, "per-client"],
    [{ client_id: "spiffe://mesh.local/ns/shop/app/web" }, "per-client"],
    [{ "x-tenant": "a" }, "per-tenant"],
    [{ "header:X-Tenant": "a" }, "per-tenant"],
    [{ remote_address: "203.0.113.7", ":method": "GET" }, "per-client-and-method"],
    [{ generic_key: "per-tenant", "x-tenant": "a", remote_address: "203.0.113.7", method: "GET" }, "per-tenant"],
    [{ generic_key: "unknown", remote_address: "203.0.113.7" }, "per-client"],
    [{ generic_key: "per-tenant" }, null],
  ])("chooses for %j the limit %s", (words, name) => {
    expect(nameOf(words)).toBe(name);
  });

  it("finds no limit where none is general enough", () => {
    expect(limitOf([{ name: "per-tenant", key: [tenant] }], entries({ colour: "red" }))).toBeNull();
  });

  it("names the bucket that a request through the mesh falls into", () => {
    const through = bucketKey([client, method], {
      method: "GET",
      route: "",
      ip: "203.0.113.7",
      caller: null,
      header: () => null,
      claim: () => null,
    });
    expect(limitOf(limits, entries({ remote_address: "203.0.113.7", method: "GET" }))?.key).toBe(through);
    const sid: KeyPart = { from: "cookie", name: "sid" };
    const withCookie = bucketKey([sid], {
      method: "",
      route: "",
      ip: null,
      caller: null,
      header: () => "a=1; sid=xyz",
      claim: () => null,
    });
    expect(limitOf([{ name: "s", key: [sid] }], entries({ "cookie:sid": "xyz" }))?.key).toBe(withCookie);
  });
});
