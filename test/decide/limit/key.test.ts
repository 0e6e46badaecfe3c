import { describe, expect, it } from "vitest";
import { fingerprint } from "../../../src/decide/text/fingerprint.ts";
import { bucketKey, type LimitKeySource } from "../../../src/decide/limit/key.ts";
import type { KeyPart } from "../../../src/model/snapshot/limit.ts";

function source(more: Partial<LimitKeySource> & { headers?: Record<string, string> } = {}): LimitKeySource {
  const { headers = {}, ...rest } = more;
  return {
    method: "GET",
    route: "shop/orders/0",
    ip: "192.0.2.7",
    caller: null,
    header: (name) => headers[name] ?? null,
    claim: () => null,
    ...rest,
  };
}
const client: KeyPart = { from: "client" };
const header = (name: string): KeyPart => ({ from: "header", name });

describe("a bucket's key", () => {
  it("is one for everybody without parts", () => {
    expect(bucketKey([], source())).toBe("");
  });

  it("is made of the parts in their order", () => {
    const parts: KeyPart[] = [{ from: "ip" }, { from: "method" }, { from: "route" }, header("x-tenant")];
    const key = bucketKey(parts, source({ headers: { "x-tenant": "a" } }));
    expect(JSON.parse(key)).toEqual(["192.0.2.7", "GET", "shop/orders/0", "a"]);
  });

  it("takes the proven caller for the client, else the address", () => {
    expect(bucketKey([client], source({ caller: "app/shop" }))).toBe('["app/shop"]');
    expect(bucketKey([client], source())).toBe('["192.0.2.7"]');
    expect(bucketKey([client], source({ ip: null }))).toBe('[""]');
  });

  it("counts what is missing as empty, in a bucket of its own", () => {
    const parts: KeyPart[] = [header("x-tenant"), { from: "cookie", name: "sid" }, { from: "claim", name: "sub" }];
    expect(bucketKey(parts, source())).toBe('["","",""]');
  });

  it("keeps apart what only a separator would", () => {
    const parts = [header("a"), header("b")];
    const keys = [
      { a: "x", b: 'y","z' },
      { a: 'x","y', b: "z" },
      { a: "x,y", b: "z" },
    ].map((headers) => bucketKey(parts, source({ headers })));
    expect(new Set(keys).size).toBe(3);
  });

  it.each([
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
    ["2001:0DB8:0001:0002:ffff::", "2001:db8:1:2::/64"],
    ["::1", "0:0:0:0::/64"],
    ["2001:db8::5", "2001:db8:0:0::/64"],
  ])("takes the IPv6 address %s for its block %s", (ip, block) => {
    expect(bucketKey([{ from: "ip" }], source({ ip }))).toBe(JSON.stringify([block]));
  });

  it("finds a cookie among others, and not one whose name only ends like it", () => {
    const read = (cookie: string): string =>
      bucketKey([{ from: "cookie", name: "sid" }], source({ headers: { cookie } }));
    expect(read("a=1; sid=abc; b=2")).toBe(JSON.stringify([fingerprint("abc")]));
    expect(read("xsid=abc")).toBe('[""]');
    expect(read("sid=a=b")).toBe(JSON.stringify([fingerprint("a=b")]));
  });

  it("tells secrets apart without holding them", () => {
    for (const name of ["authorization", "x-api-key", "x-auth-token", "client_secret", "cookie"]) {
      const read = (value: string): string => bucketKey([header(name)], source({ headers: { [name]: value } }));
      expect(read("Bearer abc")).toMatch(/^\["#[0-9a-f]{16}"\]$/);
      expect(read("Bearer abc")).not.toBe(read("Bearer abd"));
    }
    const many = new Set(Array.from({ length: 20_000 }, (_, index) => fingerprint(`secret-${index}`)));
    expect(many.size).toBe(20_000);
  });

  it("is no longer than its parts may be", () => {
    const key = bucketKey([header("x")], source({ headers: { x: "a".repeat(10_000) } }));
    expect(key).toHaveLength(260);
  });
});
