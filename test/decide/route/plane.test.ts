// The planes, by canonical path and by admin host.
import { describe, expect, it } from "vitest";
import { isPlainlyTraffic, planeOf } from "../../../src/decide/route/plane.ts";

describe("entrance", () => {
  it.each([
    "/_selvage",
    "/_selvage/",
    "/_selvage/v1/apply?x=/y",
    "/%5fselvage/v1",
    "/_%73elvage/v1",
    "//_selvage/v1",
    "/./_selvage/v1",
    "/a/../_selvage/v1",
    "/a/%2e%2e/_selvage/v1",
    "/_selvage;a=b/v1",
  ])("leads %s to the control plane", (path) => {
    const url = `https://shop.example${path}`;
    expect([planeOf(url, null), isPlainlyTraffic(url)]).toEqual(["control", false]);
  });

  it.each([
    "/",
    "/_selvagery",
    "/_Selvage/",
    "/x/_selvage/",
    "/svc/orders/_selvage/",
    "/?/_selvage/",
    "/_selvage/../x",
    "/..%2f_selvage/",
  ])("leads %s to traffic", (path) => {
    expect(planeOf(`https://shop.example${path}`, null)).toBe("traffic");
  });

  it.each([
    ["https://admin.example/_selvage/", "admin.example"],
    ["https://ADMIN.example./_selvage/", "admin.example"],
    ["https://admin.example/_selvage/", "Admin.Example.:443"],
    ["http://admin.example/_selvage/", "admin.example:80"],
    ["http://admin.example:8787/_selvage/", "admin.example"],
    ["http://admin.example:8787/_selvage/", "admin.example:8787"],
    ["http://shop.example/_selvage/", null],
  ])("is open at %s when the admin host is %j", (url, adminHost) => {
    expect(planeOf(url, adminHost)).toBe("control");
  });

  it.each([
    ["https://shop.example/_selvage/", "admin.example"],
    ["https://admin.example.evil.example/_selvage/", "admin.example"],
    ["http://admin.example/_selvage/", "admin.example:8787"],
    ["https://shop.example/%5fselvage/v1", "admin.example"],
    ["https://admin.example/_selvage/", "not a host"],
  ])("is closed at %s when the admin host is %j", (url, adminHost) => {
    expect(planeOf(url, adminHost)).toBe("closed");
  });

  it("leaves traffic alone, whatever the admin host", () => {
    expect(planeOf("https://shop.example/", "admin.example")).toBe("traffic");
  });
});
