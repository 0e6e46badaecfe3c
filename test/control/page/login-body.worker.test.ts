import { describe, expect, it } from "vitest";
import { returnOf } from "../../../src/control/page/login-body.ts";

describe("where a login leads afterwards", () => {
  it.each([
    "/_selvage/ui/",
    "/_selvage/ui/services/shop/orders?tab=routes&window=1.5h",
    "/_selvage/ui/watch?q=bad+canary&until=2026-11-29T12:00:00.000Z",
    "/_selvage/ui/policies?kind=a,b&path=%2Fx%20y",
    "/_selvage/portal/apis/shop/orders@v1",
  ])("is %s where that was asked for", (path) => {
    expect(returnOf(path)).toBe(path);
  });

  it.each([
    null,
    "",
    "https://evil.example/",
    "//evil.example/_selvage/",
    "/_selvage",
    "/_selvage/../../evil",
    "/_selvage//evil.example/\\x",
    "/_selvage/\r\nset-cookie: a=b",
    '/_selvage/"><script>',
    "/_selvage/x;url=https://evil.example",
    "/svc/orders/",
    `/_selvage/${"a".repeat(500)}`,
  ])("is the page of what is here for %j", (path) => {
    expect(returnOf(path)).toBe("/_selvage/");
  });
});
