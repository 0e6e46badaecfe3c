// Where the app's calls may lead, and who may make them.
import { describe, expect, it } from "vitest";
import { outboundTarget } from "../../src/agent/outbound-target.ts";
import { pageFault } from "../../src/agent/page-guard.ts";

describe("a call of the app", () => {
  it.each([
    ["/svc/orders/", "/svc/orders/"],
    ["/svc/orders", "/svc/orders"],
    ["/svc/orders.shop/a/b?c=d&e=/svc/../x", "/svc/orders.shop/a/b?c=d&e=/svc/../x"],
    ["//svc/orders/%61?x", "/svc/orders/a?x"],
    ["/svc/orders/a%2Fb", "/svc/orders/a%2Fb"],
    ["/x/../svc/orders/", "/svc/orders/"],
  ])("%s leads to %s", (raw, target) => {
    expect(outboundTarget(raw)).toEqual({ ok: true, target });
  });

  it.each([
    ["/", "noRoute"],
    ["/svc/", "noRoute"],
    ["/svc", "noRoute"],
    ["/svcs/orders/", "noRoute"],
    ["/_selvage/v1/tokens", "noRoute"],
    ["/svc/../_selvage/v1/tokens", "noRoute"],
    ["/svc/%2e%2e/_selvage/v1/tokens", "noRoute"],
    ["/svc/orders/../../_selvage/v1/tokens", "noRoute"],
    ["/svc/./_selvage/x", "noRoute"],
    ["/svc/orders.shop.example.com/", "noRoute"],
    ["/svc/orders;x=y/", "noRoute"],
    ["/svc/orders@evil.example/", "noRoute"],
    ["/svc/..%2f_selvage/", "malformedRequest"],
    ["/svc/..;/_selvage/", "malformedRequest"],
    ["/svc/..\\_selvage/", "malformedRequest"],
    ["/../svc/orders/", "malformedRequest"],
    ["/svc/orders/%00", "malformedRequest"],
    [`/svc/orders/${"a".repeat(9_000)}`, "uriTooLong"],
  ])("%s is refused", (raw, problem) => {
    expect(outboundTarget(raw)).toMatchObject({ ok: false, refusal: { problem } });
  });
});

describe("a caller of the outbound proxy", () => {
  it.each([
    { host: "127.0.0.1:4140" },
    { host: "localhost:4140" },
    { host: "agent.localhost" },
    { host: "[::1]:4140" },
    { host: "10.0.0.5:4140", "sec-fetch-mode": "cors" },
  ])("is a program: %o", (headers) => {
    expect(pageFault(headers)).toBeNull();
  });

  it.each([
    {},
    { host: "rebound.evil.example:4140" },
    { host: "localhost.evil.example" },
    { host: "127.0.0.1.evil.example" },
    { host: "[::1].evil.example" },
    { host: "127.0.0.1:4140", origin: "https://evil.example" },
    { host: "127.0.0.1:4140", origin: "null" },
    { host: "127.0.0.1:4140", "sec-fetch-site": "cross-site" },
    { host: "127.0.0.1:4140", "sec-fetch-site": "none" },
  ])("may be a page: %o", (headers) => {
    expect(pageFault(headers)).toMatch(/^(The Host is|It carries)/);
  });
});
