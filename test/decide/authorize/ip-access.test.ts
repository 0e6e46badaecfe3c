import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blockSet, decideAddress, isWithin, touches } from "../../../src/decide/authorize/ip-access.ts";
import { blockBits } from "../../../src/decide/text/ip.ts";

const set = (...blocks: string[]): string[] => blockSet(blocks.map((block) => blockBits(block) ?? "?"));
const row = (policy: string, lists: { allow?: string[]; deny?: string[] }) => ({
  policy,
  allow: set(...(lists.allow ?? [])),
  deny: set(...(lists.deny ?? [])),
});
const decided = (lists: { allow?: string[]; deny?: string[] }, address: string | null): string => {
  const verdict = decideAddress([row("shop/p", lists)], [0], address);
  return verdict.allowed ? "allowed" : verdict.because;
};

describe("one policy", () => {
  it("with deny refuses what stands there, and nothing else", () => {
    const lists = { deny: ["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"] };
    expect(["10.255.0.1", "192.0.2.7", "2001:db8:1::1"].map((one) => decided(lists, one))).toEqual(
      Array(3).fill("denied"),
    );
    expect(["11.0.0.1", "192.0.2.8", "2001:db9::1"].map((one) => decided(lists, one))).toEqual(
      Array(3).fill("allowed"),
    );
  });

  it("with allow refuses what does not stand there", () => {
    const lists = { allow: ["192.168.3.1/30"] };
    expect(["192.168.3.0", "192.168.3.3"].map((one) => decided(lists, one))).toEqual(["allowed", "allowed"]);
    expect(["192.168.3.4", "192.168.2.255", "::1"].map((one) => decided(lists, one))).toEqual(
      Array(3).fill("not-allowed"),
    );
  });

  it("with both refuses what is denied though it is allowed", () => {
    const lists = { allow: ["10.0.0.0/8"], deny: ["10.1.0.0/16"] };
    expect(["10.2.0.1", "10.1.0.1", "11.0.0.1"].map((one) => decided(lists, one))).toEqual([
      "allowed",
      "denied",
      "not-allowed",
    ]);
  });

  it("takes an IPv4 address in any wrapping for that address, and 0.0.0.0/0 for every IPv4 address", () => {
    for (const address of ["10.0.0.1", "::ffff:10.0.0.1", "::FFFF:a00:1", "64:ff9b::10.0.0.1", "64:ff9b::a00:1"]) {
      expect([address, decided({ deny: ["10.0.0.0/8"] }, address)]).toEqual([address, "denied"]);
      expect([address, decided({ allow: ["::ffff:10.0.0.0/104"] }, address)]).toEqual([address, "allowed"]);
      expect([address, decided({ allow: ["0.0.0.0/0"] }, address)]).toEqual([address, "allowed"]);
    }
    expect(decided({ allow: ["0.0.0.0/0"] }, "2001:db8::1")).toBe("not-allowed");
    expect(decided({ allow: ["::/0"] }, "10.0.0.1")).toBe("allowed");
  });

  it("refuses an address that is not known or is none, whatever the lists", () => {
    for (const address of [
      null,
      "",
      "127.1",
      "10.0.0.1.",
      "010.0.0.1",
      "fe80::1%eth0",
      "localhost",
      "1".repeat(10_000),
    ]) {
      expect(decided({ deny: ["192.0.2.7"] }, address)).toBe("unknown");
      expect(decided({ allow: ["::/0"] }, address)).toBe("unknown");
    }
  });
});

describe("several policies", () => {
  const table = [row("shop/a", { allow: ["10.0.0.0/8"] }), row("shop/b", { deny: ["10.0.0.1"] })];

  it("must each let the address pass; the first that does not is named", () => {
    expect(decideAddress(table, [0, 1], "10.0.0.2")).toEqual({ allowed: true });
    expect(decideAddress(table, [0, 1], "10.0.0.1")).toEqual({ allowed: false, because: "denied", policy: "shop/b" });
    expect(decideAddress(table, [1, 0], "11.0.0.1")).toEqual({
      allowed: false,
      because: "not-allowed",
      policy: "shop/a",
    });
    expect(decideAddress(table, [0], "10.0.0.1")).toEqual({ allowed: true });
  });

  it("of which one is missing let nobody pass", () => {
    expect(decideAddress(table, [0, 2], "10.0.0.2")).toEqual({ allowed: false, because: "unknown", policy: null });
  });
});

describe("a set of blocks", () => {
  // Few bits, so that blocks often hold, touch and equal each other.
  const bits = fc.array(fc.constantFrom("0", "1"), { maxLength: 6 }).map((list) => list.join(""));
  const whole = fc.array(fc.constantFrom("0", "1"), { minLength: 6, maxLength: 6 }).map((list) => list.join(""));

  it("holds what one of the blocks begins, in any order and however often they are named", () => {
    fc.assert(
      fc.property(fc.array(bits), whole, (blocks, address) => {
        expect(isWithin(blockSet(blocks), address)).toBe(blocks.some((block) => address.startsWith(block)));
      }),
      { numRuns: 2000 },
    );
  });

  it("holds or touches another block as their addresses say", () => {
    fc.assert(
      fc.property(fc.array(bits), bits, (blocks, block) => {
        const common = blocks.some((one) => one.startsWith(block) || block.startsWith(one));
        expect(touches(blockSet(blocks), block)).toBe(common);
        expect(isWithin(blockSet(blocks), block)).toBe(blocks.some((one) => block.startsWith(one)));
      }),
      { numRuns: 2000 },
    );
  });

  it("is sorted, with no block inside another, whatever it is made of", () => {
    fc.assert(
      fc.property(fc.array(bits), (blocks) => {
        const made = blockSet(blocks);
        expect(made).toEqual(made.toSorted());
        expect(made.every((one, at) => made.every((other, to) => at === to || !one.startsWith(other)))).toBe(true);
        expect(blockSet(made)).toEqual(made);
      }),
    );
  });

  it("is searched, not walked: many blocks cost little more than few", () => {
    const many = blockSet(Array.from({ length: 1 << 14 }, (_, n) => n.toString(2).padStart(14, "0") + "01"));
    let compared = 0;
    const counted = new Proxy(many, {
      get: (target, key) => {
        compared += key === "length" ? 0 : 1;
        return Reflect.get(target, key);
      },
    });
    expect(isWithin(counted, "0000000000001101".padEnd(128, "1"))).toBe(true);
    expect(compared).toBeLessThan(20);
  });
});
