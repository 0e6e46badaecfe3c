// From whom a request came, as trusted proxies in front say it.
import { describe, expect, it } from "vitest";
import { forwardedAddress } from "../../../src/decide/header/forwarded-for.ts";

describe("the caller behind proxies", () => {
  it("is what the outermost trusted proxy appended; what stands to the left says nothing", () => {
    const chain = "198.51.100.1, 203.0.113.7, 10.0.0.2";
    expect([1, 2, 3].map((hops) => forwardedAddress(chain, hops))).toEqual(["10.0.0.2", "203.0.113.7", "198.51.100.1"]);
    expect(forwardedAddress("spoofed,203.0.113.7", 1)).toBe("203.0.113.7");
  });

  it("is not told by a chain that is shorter, or by none", () => {
    expect(forwardedAddress("203.0.113.7", 2)).toBeUndefined();
    for (const header of [null, "", " "]) {
      expect(forwardedAddress(header, 1)).toBeUndefined();
    }
  });

  it.each([
    ["203.0.113.7:4711", "203.0.113.7"],
    ["[2001:db8::7]:4711", "2001:db8::7"],
    ["[2001:db8::7]", "2001:db8::7"],
    ["2001:db8::7", "2001:db8::7"],
  ])("is %s without its port", (entry, address) => {
    expect(forwardedAddress(entry, 1)).toBe(address);
  });

  it.each(["unknown", "_hidden", "203.0.113", "203.0.113.7.8", "1.2.3.4:x", "fe80::1%eth0", "203.0.113.7, "])(
    "is nobody where %j stands in its place",
    (header) => {
      expect(forwardedAddress(header, 1)).toBeNull();
    },
  );
});
