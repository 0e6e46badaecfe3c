// Redirects of a service to itself, as the caller gets them.
import { describe, expect, it } from "vitest";
import { callersLocation, PLACES, type AskedBy } from "../../../src/decide/route/own-location.ts";

const plain: AskedBy = { origin: "https://shop.example", addressPrefix: "", matchedPrefix: "/", rewrite: null };
const replaced = (matchedPrefix: string, value: string): AskedBy => ({
  ...plain,
  matchedPrefix,
  rewrite: { type: "ReplacePrefixMatch", value },
});

describe("a location at the endpoint's own URL", () => {
  it.each([
    ["http://10.0.0.7:8080/login", "https://shop.example/login"],
    ["http://10.0.0.7:8080", "https://shop.example/"],
    ["HTTP://10.0.0.7:8080/a?x=1&y=%2F#top", "https://shop.example/a?x=1&y=%2F#top"],
    ["//10.0.0.7:8080/login", "https://shop.example/login"],
  ])("%s becomes the caller's", (location, expected) => {
    expect(callersLocation(location, "http://10.0.0.7:8080", plain)).toBe(expected);
    expect(callersLocation(location, "http://10.0.0.7:8080/", plain)).toBe(expected);
  });

  it("takes the usual port for none", () => {
    expect(callersLocation("https://a.example:443/x", "https://A.example", plain)).toBe("https://shop.example/x");
  });

  it("loses the path that the endpoint's URL puts before every request", () => {
    const at = (location: string): string => callersLocation(location, "http://a.example/base", plain);
    expect(at("http://a.example/base/login")).toBe("https://shop.example/login");
    expect(at("http://a.example/base")).toBe("https://shop.example/");
    expect(at("http://a.example/basement")).toBe("http://a.example/basement");
    expect(at("http://a.example/login")).toBe("http://a.example/login");
  });

  it("gets the address of the service before it, once", () => {
    const by = { ...plain, addressPrefix: "/svc/orders" };
    expect(callersLocation("http://a.example/login", "http://a.example", by)).toBe(
      "https://shop.example/svc/orders/login",
    );
    expect(callersLocation("http://a.example/svc/orders/login", "http://a.example", by)).toBe(
      "https://shop.example/svc/orders/login",
    );
  });

  it.each([
    ["/files", "/", "/login", "/files/login"],
    ["/files", "/", "/", "/files/"],
    ["/", "/v2", "/v2/login", "/login"],
    ["/a", "/b/", "/b/login", "/a/login"],
    ["/a", "/b", "/bc", "/bc"],
    ["/a", "/b", "/elsewhere", "/elsewhere"],
  ])("gets %s back for %s: %s becomes %s", (matched, value, path, expected) => {
    const told = callersLocation(`http://a.example${path}`, "http://a.example", replaced(matched, value));
    expect(told).toBe(`https://shop.example${expected}`);
  });
});

it.each([
  "/login",
  "login",
  "?page=2",
  "",
  "https://idp.example/login",
  "https://a.example/login",
  "http://a.example:8080/login",
  "http://b.a.example/login",
  "http://a.example.evil/login",
  "http://user@a.example/login",
  "http://[bad/login",
  "mailto:me@a.example",
  "javascript:alert(1)",
])("any other location stays as it is: %j", (location) => {
  expect(callersLocation(location, "http://a.example", plain)).toBe(location);
});

describe("a Refresh", () => {
  const tell = PLACES.find(([header]) => header === "refresh")?.[1];
  it.each([
    ["5; url=http://a.example/x?y=1", "5; url=https://shop.example/x?y=1"],
    ["0;URL='http://a.example/x'", "0;URL='https://shop.example/x'"],
    ['0; url = "http://a.example/x"; x', '0; url = "https://shop.example/x"; x'],
    ["0, http://a.example/x", "0, https://shop.example/x"],
    ["5; url=https://b.example/x", "5; url=https://b.example/x"],
    ["5; url=/x", "5; url=/x"],
    ["5", "5"],
    ["", ""],
  ])("%s leads the caller to %s", (said, expected) => {
    expect(tell?.(said, "http://a.example", plain)).toBe(expected);
  });

  it("costs no more than its length", () => {
    for (const part of [" ", ";", ";url", "; ", "url="]) {
      const said = `0;${part.repeat(400_000)}`;
      const before = performance.now();
      tell?.(said, "http://a.example", plain);
      expect(performance.now() - before).toBeLessThan(20_000);
    }
  });
});
