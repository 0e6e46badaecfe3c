import { describe, expect, it } from "vitest";
import { limitOwner, limitsInForce } from "../../../src/decide/identity/contract-limits.ts";
import type { Identities } from "../../../src/model/snapshot/access.ts";
import type { Limit } from "../../../src/model/snapshot/limit.ts";

const limit = (name: string, more: Partial<Limit> = {}): Limit => ({
  policy: "shop/p",
  name,
  terms: { algorithm: "gcra", requests: 1, windowMs: 1000, burst: 1 },
  mode: "leased",
  key: [],
  whenUnavailable: "allow",
  shadow: false,
  queue: null,
  headers: "ietf",
  ...more,
});
const limits = [
  limit("plain"),
  limit("own", { sla: "own", headers: "anypoint" }),
  limit("only", { sla: "only", headers: "none" }),
  limit("gold-minute", { policy: "tier:shop/gold" }),
  limit("gold-day", { policy: "tier:shop/gold" }),
];
const identities: Identities = {
  clients: {},
  contracts: { "shop/orders": { "web/mobile": { contract: "web/c", tier: "gold", limits: [3, 4] } } },
  tiered: { "shop/orders": true },
  trust: [],
};
const policies = { limit: limits };
const party = (name: string, namespace = "web") => ({ principal: "", namespace, name });
const names = (indexes: readonly number[], application: ReturnType<typeof party> | null, service = "shop/orders") =>
  limitsInForce({ policies, identities }, indexes, { application }, service).map((one) => one.name);

describe("limits in force", () => {
  it.each([
    ["a caller without an application", null, "shop/orders"],
    ["an application without a contract", party("other"), "shop/orders"],
    ["an application of the same name elsewhere", party("mobile", "shop"), "shop/orders"],
    ["an application with a contract for another service", party("mobile"), "shop/search"],
    ["an application that is named like a property of every object", party("constructor", "__proto__"), "__proto__"],
  ] as const)("for %s are what is attached, the policy's own included", (_, application, service) => {
    expect(names([0, 1], application, service)).toEqual(["plain", "own"]);
    expect(names([0, 2], application, service)).toEqual(["plain"]);
  });

  it("for an application with a contract are its tier's instead of those of policies with sla", () => {
    expect(names([0, 1], party("mobile"))).toEqual(["plain", "gold-minute", "gold-day"]);
    expect(names([0, 2], party("mobile"))).toEqual(["plain", "gold-minute", "gold-day"]);
    expect(names([1, 2], party("mobile"))).toEqual(["gold-minute", "gold-day"]);
  });

  it("without a policy with sla are what is attached, contract or not", () => {
    expect(names([0], party("mobile"))).toEqual(["plain"]);
  });

  it("of a tier speak the dialect of the policy that they stand in for", () => {
    const dialects = (indexes: readonly number[]) =>
      limitsInForce({ policies, identities }, indexes, { application: party("mobile") }, "shop/orders").map(
        ({ headers }) => headers,
      );
    expect(dialects([0, 1])).toEqual(["ietf", "anypoint", "anypoint"]);
    expect(dialects([2])).toEqual(["none", "none"]);
    expect(limits[3]?.headers).toBe("ietf");
  });

  it("of a snapshot without identities are what is attached", () => {
    expect(limitsInForce({ policies }, [0, 2], { application: party("mobile") }, "shop/orders")).toEqual([limits[0]]);
  });
});

it("a limit is named after the document that it is of", () => {
  expect(limitOwner({ policy: "shop/p" })).toBe("RateLimitPolicy/shop/p");
  expect(limitOwner({ policy: "tier:shop/gold" })).toBe("Tier/shop/gold");
});
