import { describe, expect, it } from "vitest";
import { redirectLocation, type RedirectedRequest, type RedirectFilter } from "../../../src/decide/route/redirect.ts";

const request: RedirectedRequest = {
  scheme: "http",
  host: "shop.example",
  port: null,
  addressPrefix: "",
  path: "/old/a",
  search: "?q=1",
  matchedPrefix: "/old",
};

const to = (filter: Partial<RedirectFilter>, from: Partial<RedirectedRequest> = {}): string | null =>
  redirectLocation(
    { type: "RequestRedirect", scheme: null, hostname: null, port: null, path: null, status: 302, ...filter },
    { ...request, ...from },
  );

describe("redirectLocation", () => {
  it("keeps everything that the filter does not name", () => {
    expect(to({})).toBe("http://shop.example/old/a?q=1");
    expect(to({ hostname: "example.org" })).toBe("http://example.org/old/a?q=1");
  });

  it("takes the scheme's own port when only the scheme is named, and leaves it out", () => {
    expect(to({ scheme: "https" }, { port: 8787 })).toBe("https://shop.example/old/a?q=1");
    expect(to({ scheme: "http" }, { scheme: "https", port: 8443 })).toBe("http://shop.example/old/a?q=1");
  });

  it("takes the port the request came in on when no scheme is named", () => {
    expect(to({ hostname: "example.org" }, { port: 8080 })).toBe("http://example.org:8080/old/a?q=1");
    expect(to({}, { port: 80 })).toBe("http://shop.example/old/a?q=1");
    expect(to({}, { scheme: "https", port: 443 })).toBe("https://shop.example/old/a?q=1");
    expect(to({}, { scheme: "https", port: 80 })).toBe("https://shop.example:80/old/a?q=1");
  });

  it("takes the filter's port, left out only where the scheme implies it", () => {
    expect(to({ port: 8083 })).toBe("http://shop.example:8083/old/a?q=1");
    expect(to({ port: 80 }, { port: 8080 })).toBe("http://shop.example/old/a?q=1");
    expect(to({ scheme: "https", port: 443 })).toBe("https://shop.example/old/a?q=1");
    expect(to({ scheme: "https", port: 80 })).toBe("https://shop.example:80/old/a?q=1");
  });

  it("modifies the path", () => {
    expect(to({ path: { type: "ReplaceFullPath", value: "/new" } })).toBe("http://shop.example/new?q=1");
    expect(to({ path: { type: "ReplacePrefixMatch", value: "/new" } })).toBe("http://shop.example/new/a?q=1");
  });

  it("keeps the service's address in front of the path, unless the redirect leads to another host", () => {
    const addressed = { addressPrefix: "/svc/orders.shop" };
    expect(to({ path: { type: "ReplacePrefixMatch", value: "/new" } }, addressed)).toBe(
      "http://shop.example/svc/orders.shop/new/a?q=1",
    );
    expect(to({ hostname: "example.org" }, addressed)).toBe("http://example.org/old/a?q=1");
  });

  it("leads nowhere when the path that it makes has no canonical form", () => {
    expect(to({ path: { type: "ReplacePrefixMatch", value: "/../.." } })).toBeNull();
  });
});
