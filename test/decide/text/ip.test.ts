import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressBits, addressBlock, blockBits } from "../../../src/decide/text/ip.ts";

const inBlock = (address: string, block: string): boolean | null => {
  const [bits, prefix] = [addressBits(address), blockBits(block)];
  return bits === null || prefix === null ? null : bits.startsWith(prefix);
};

describe("an address", () => {
  it.each(["::ffff:127.0.0.1", "0:0:0:0:0:ffff:7f00:1", "::FFFF:7F00:1", "::ffff:7f00:0001", "0::ffff:127.0.0.1"])(
    "%s is 127.0.0.1",
    (spelling) => expect(addressBits(spelling)).toBe(addressBits("127.0.0.1")),
  );

  it.each([
    "127.1",
    "2130706433",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "127.0.0.01",
    "127.0.0.1.",
    " 127.0.0.1",
    "127.0.0.256",
    "１２７.0.0.1",
    "fe80::1%eth0",
    "fe80::1%25eth0",
    "[::1]",
    "::1:",
    ":::1",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::8",
    "12345::",
    "::ffff:127.1",
    "::127.0.0.1:1",
    "1.2.3.4::",
    "g::",
    "localhost",
    "",
  ])("%j is none", (text) => expect(addressBits(text)).toBeNull());

  it("has 128 bits", () => {
    expect(addressBits("2001:db8::1")).toBe(
      ["2001", "0db8", "0", "0", "0", "0", "0", "1"]
        .map((g) => Number.parseInt(g, 16).toString(2).padStart(16, "0"))
        .join(""),
    );
    expect(addressBits("1:2:3:4:5:6:1.2.3.4")).toBe(addressBits("1:2:3:4:5:6:102:304"));
  });

  it("is the same however WHATWG writes it", () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const written = new URL(`http://[${text}]/`).hostname.slice(1, -1);
        expect(addressBits(text)).toBe(addressBits(written));
        expect(addressBits(text)).toMatch(/^[01]{128}$/);
      }),
    );
  });
});

describe("a block", () => {
  it.each([
    ["10.1.2.3", "10.0.0.0/8", true],
    ["11.0.0.0", "10.0.0.0/8", false],
    ["10.1.2.3", "10.255.255.255/8", true],
    ["10.0.0.1", "10.0.0.1", true],
    ["10.0.0.2", "10.0.0.1/32", false],
    ["10.0.0.3", "10.0.0.2/31", true],
    ["::ffff:10.1.2.3", "10.0.0.0/8", true],
    ["10.1.2.3", "::ffff:10.0.0.0/104", true],
    ["2001:db8::1", "2001:DB8::/32", true],
    ["2001:db9::1", "2001:db8::/32", false],
    ["2001:db8::1", "0.0.0.0/0", false],
    ["1.2.3.4", "0.0.0.0/0", true],
    ["1.2.3.4", "::/0", true],
    ["::1", "::1/128", true],
    ["64:ff9b::10.1.2.3", "10.0.0.0/8", true],
    ["64:ff9b::a01:203", "10.0.0.0/8", true],
    ["10.1.2.3", "64:ff9b::10.0.0.0/104", true],
    ["64:ff9b:1::10.1.2.3", "10.0.0.0/8", false],
    ["64:ff9b::10.1.2.3", "::/0", true],
  ])("%s in %s: %s", (address, block, expected) => expect(inBlock(address, block)).toBe(expected));

  it.each([
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/",
    "10.0.0.0/08",
    "::/129",
    "10.0/8",
    "fe80::%1/64",
    "/8",
    "*",
    "64:ff9b::/96",
  ])("%j is none", (text) => expect(blockBits(text)).toBeNull());

  it("holds what arithmetic on 32 bits says", () => {
    const octets = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
    const number = (parts: readonly number[]): number => parts.reduce((sum, part) => sum * 256 + part, 0);
    fc.assert(
      fc.property(octets, octets, fc.integer({ min: 0, max: 32 }), (address, network, length) => {
        const size = 2 ** (32 - length);
        const expected = Math.floor(number(address) / size) === Math.floor(number(network) / size);
        expect(inBlock(address.join("."), `${network.join(".")}/${length}`)).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("one caller", () => {
  it.each([
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["64:ff9b::192.0.2.7", "192.0.2.7"],
    ["2001:DB8:0:1:ffff::1", "2001:db8:0:1::/64"],
    ["2001:db8:0:1::", "2001:db8:0:1::/64"],
    ["::1", "0:0:0:0::/64"],
    ["not an address", "not an address"],
    [null, ""],
  ])("%s is %j", (text, block) => expect(addressBlock(text)).toBe(block));
});
