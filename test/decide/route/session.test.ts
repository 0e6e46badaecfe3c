import { describe, expect, it } from "vitest";
import {
  endpointDigest,
  readSession,
  resumeSession,
  sessionHeader,
  sessionToken,
  type Given,
} from "../../../src/decide/route/session.ts";
import type { Backend, Endpoint } from "../../../src/model/snapshot/snapshot.ts";
import type { SessionPersistence } from "../../../src/model/snapshot/session-persistence.ts";

const now = Date.UTC(2026, 0, 1);
const policy: SessionPersistence = {
  type: "Cookie",
  sessionName: "sid",
  absoluteTimeoutMs: 3_600_000,
  idleTimeoutMs: null,
  cookieLifetime: "Session",
};
const endpoint = (id: string, changes: Partial<Endpoint> = {}): Endpoint => ({
  id,
  address: { url: "http://a.example" },
  cluster: "local",
  version: "v1",
  weight: 1,
  priority: 0,
  ...changes,
});
const backend = (service: string, changes: Partial<Backend> = {}): Backend => ({
  weight: 1,
  target: { service, version: null },
  filters: [],
  policies: {},
  timeouts: { requestMs: 15_000, perTryMs: 0 },
  ...changes,
});
const given: Given = { service: "shop/orders", endpoint: { id: "a" }, before: null, path: "/orders", secure: false };
const token = (id: string, issuedAtMs = now): string =>
  sessionToken({ digest: endpointDigest("shop/orders", { id }), issuedAtMs, seenAtMs: issuedAtMs });

describe("tokens", () => {
  it("say which endpoint and since when, without naming it", () => {
    const text = token("secret-endpoint");
    expect(text).not.toContain("secret");
    expect(readSession(text, policy, now)).toEqual({
      digest: endpointDigest("shop/orders", { id: "secret-endpoint" }),
      issuedAtMs: now,
      seenAtMs: now,
    });
  });

  it("tell endpoints and services apart", () => {
    const digests = ["a b c", "a bc", "ab c"].map((text) => endpointDigest(text, { id: "x" }));
    expect(new Set([...digests, endpointDigest("a", { id: "b" }), endpointDigest("a", { id: "c" })]).size).toBe(5);
    expect(endpointDigest("a", { id: "b" })).toMatch(/^[0-9a-f]{16}$/);
  });

  it("run out", () => {
    expect(readSession(token("a"), policy, now + 3_599_999)).not.toBeNull();
    expect(readSession(token("a"), policy, now + 3_600_000)).toBeNull();
    const idle = { ...policy, absoluteTimeoutMs: null, idleTimeoutMs: 60_000 };
    expect(readSession(token("a"), idle, now + 59_999)).not.toBeNull();
    expect(readSession(token("a"), idle, now + 60_000)).toBeNull();
  });

  it.each([
    "",
    "x",
    "0123456789abcdef",
    "0123456789abcdef.1",
    "0123456789ABCDEF.1.1",
    "0123456789abcdef.1.1.1",
    "0123456789abcdef.~.1",
  ])("are ignored when they are not ours: %j", (text) => {
    expect(readSession(text, policy, now)).toBeNull();
  });
});

describe("sessionHeader", () => {
  it("hands out a cookie for the path that the rule matches", () => {
    expect(sessionHeader(policy, given, now)).toEqual(["set-cookie", `sid=${token("a")}; Path=/orders; HttpOnly`]);
    expect(sessionHeader(policy, { ...given, secure: true }, now)?.[1]).toMatch(/; HttpOnly; Secure$/);
  });

  it("hands out nothing while the caller's own token holds", () => {
    expect(sessionHeader(policy, { ...given, before: { endpointId: "a", issuedAtMs: now - 5000 } }, now)).toBeNull();
  });

  it("hands out a new one when another endpoint answered", () => {
    const moved = sessionHeader(
      policy,
      { ...given, endpoint: { id: "b" }, before: { endpointId: "a", issuedAtMs: now - 5000 } },
      now,
    );
    expect(moved?.[1]).toContain(token("b", now));
  });

  it("lets a permanent cookie end when the session does, also after it was renewed", () => {
    const lasting: SessionPersistence = { ...policy, cookieLifetime: "Permanent", idleTimeoutMs: 60_000 };
    expect(sessionHeader(lasting, given, now)?.[1]).toContain("; Max-Age=3600;");
    const renewed = sessionHeader(lasting, { ...given, before: { endpointId: "a", issuedAtMs: now - 600_000 } }, now);
    expect(renewed?.[1]).toContain("; Max-Age=3000;");
    expect(renewed?.[1]).toContain(
      sessionToken({ digest: endpointDigest("shop/orders", { id: "a" }), issuedAtMs: now - 600_000, seenAtMs: now }),
    );
  });

  it("uses a header where the rule says so", () => {
    expect(sessionHeader({ ...policy, type: "Header", sessionName: "x-session" }, given, now)).toEqual([
      "x-session",
      token("a"),
    ]);
  });
});

describe("resumeSession", () => {
  const endpoints = new Map([
    ["shop/orders", [endpoint("a"), endpoint("b", { version: "v2" }), endpoint("drained", { weight: 0 })]],
    ["shop/other", [endpoint("a")]],
  ]);
  const backends = [backend("shop/other"), backend("shop/orders")];
  const resume = (id: string, list: readonly Backend[] = backends, at = now): unknown =>
    resumeSession(policy, list, endpoints, (name) => (name === "cookie" ? `sid=${token(id)}` : null), at);

  it("finds backend and endpoint again", () => {
    expect(resume("b")).toEqual({ backend: backends[1], endpointId: "b", issuedAtMs: now });
  });

  it("chooses anew when the endpoint is gone, drained, of another version, or its backend has no weight", () => {
    expect(resume("gone")).toBeNull();
    expect(resume("drained")).toBeNull();
    expect(resume("b", [backend("shop/orders", { target: { service: "shop/orders", version: "v1" } })])).toBeNull();
    expect(resume("a", [backend("shop/orders", { weight: 0 })])).toBeNull();
    expect(resume("a", [backend("x", { target: { invalid: "BackendNotFound", message: "" } })])).toBeNull();
  });

  it("chooses anew when the session has run out", () => {
    expect(resume("a", backends, now + 3_600_000)).toBeNull();
  });

  it("reads a header where the rule says so", () => {
    const byHeader: SessionPersistence = { ...policy, type: "Header", sessionName: "x-session" };
    const found = resumeSession(
      byHeader,
      backends,
      endpoints,
      (name) => (name === "x-session" ? token("a") : null),
      now,
    );
    expect(found?.endpointId).toBe("a");
    expect(resumeSession(byHeader, backends, endpoints, () => null, now)).toBeNull();
  });
});
