import { describe, expect, it } from "vitest";
import { authorityText, parseAuthority } from "../../../src/decide/route/authority.ts";

describe("parseAuthority", () => {
  it.each([
    ["EXAMPLE.com:80", "example.com", 80],
    ["example.com.", "example.com", null],
    ["example.com.:8443", "example.com", 8443],
    ["example.com:", "example.com", null],
    ["127.0.0.1:8787", "127.0.0.1", 8787],
    ["[::1]:8787", "[::1]", 8787],
    ["[2001:DB8::A]", "[2001:db8::a]", null],
    ["my_service.shop.mesh", "my_service.shop.mesh", null],
    ["xn--bcher-kva.example", "xn--bcher-kva.example", null],
  ])("reads %s", (text, host, port) => {
    expect(parseAuthority(text)).toEqual({ host, port });
  });

  it.each([
    ["nothing", ""],
    ["a dot", "."],
    ["two trailing dots", "example.com.."],
    ["an empty label", "a..b"],
    ["a leading dot", ".example.com"],
    ["userinfo", "user@example.com"],
    ["a path", "example.com/x"],
    ["a query", "example.com?x"],
    ["two hosts", "one.example, two.example"],
    ["a space", "a b"],
    ["Unicode", "bücher.example"],
    ["a port that is no number", "example.com:http"],
    ["port 0", "example.com:0"],
    ["a port beyond 65535", "example.com:65536"],
    ["an unclosed bracket", "[::1"],
    ["a control character", "a\u0000b"],
  ])("refuses %s", (_, text) => {
    expect(parseAuthority(text)).toBeNull();
  });
});

describe("authorityText", () => {
  it("leaves out the port that the scheme implies", () => {
    expect(authorityText("a.example", 80, "http")).toBe("a.example");
    expect(authorityText("a.example", 443, "https")).toBe("a.example");
    expect(authorityText("a.example", null, "https")).toBe("a.example");
  });

  it("keeps any other port", () => {
    expect(authorityText("a.example", 443, "http")).toBe("a.example:443");
    expect(authorityText("[::1]", 8787, "http")).toBe("[::1]:8787");
  });
});
