import { describe, expect, it } from "vitest";
import { cleanResponse } from "../../../src/decide/header/answer-headers.ts";
import {
  inspectRequest,
  isDropped,
  isReserved,
  keptRequestId,
  MAX_HEADER_BYTES,
  MAX_HEADERS,
} from "../../../src/decide/header/headers.ts";

const request = (entries: Record<string, string>): ReturnType<typeof inspectRequest> =>
  inspectRequest(new Headers(entries));
const cleaned = (entries: [string, string][]): [string, string][] => {
  const headers = new Headers(entries);
  cleanResponse(headers);
  return [...headers];
};

describe("isDropped", () => {
  it.each([
    "connection",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "expect",
    "http2-settings",
    "proxy-authorization",
    "proxy-authenticate",
    "proxy-connection",
    "selvage-identity",
    "selvage-assertion",
    "selvage-anything-new",
    "selvage_identity",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-port",
    "x-forwarded-prefix",
    "x-forwarded",
    "x_forwarded_for",
    "x-forwarded_for",
    "forwarded",
    "x-real-ip",
    "x_real_ip",
    "true-client-ip",
    "cf-connecting-ip",
    "cf-worker",
    "cf-ray",
    "cdn-loop",
    "x-original-url",
    "x-original-forwarded-for",
    "x-originating-ip",
    "x-azure-clientip",
    "fly-client-ip",
    "x_appengine_user_ip",
    "x-rewrite-url",
    "x-http-method-override",
    "x-envoy-original-path",
    "x-envoy-decorator-operation",
  ])("takes %s from callers", (name) => {
    expect(isDropped(name)).toBe(true);
  });

  it.each([
    "authorization",
    "cookie",
    "content-type",
    "content-length",
    "x-request-id",
    "traceparent",
    "user-agent",
    "x-tenant",
    "client_id",
    "x-forwardedfor",
    "cfx",
    "selvages",
    "proxied",
    "sec-websocket-protocol",
    "idempotency-key",
  ])("leaves %s alone", (name) => {
    expect(isDropped(name)).toBe(false);
  });
});

describe("inspectRequest", () => {
  it("notices a cookie of the admin API, and only that", () => {
    const look = (cookie: string) => inspectRequest(new Headers({ cookie })).hasCookiesToClean;
    expect(look("a=1; __Host-selvage-session=x")).toBe(true);
    expect(look("a=1; __Host-session=x")).toBe(false);
  });

  it("drops nothing from an ordinary request", () => {
    expect(request({ accept: "*/*", "user-agent": "x" })).toEqual({
      fault: null,
      drop: [],
      kept: { accept: "*/*", "user-agent": "x" },
      hasUpgrade: false,
      host: null,
      identity: null,
      trace: null,
      hops: null,
      isFromMesh: false,
      isDebug: false,
      isQuestion: false,
      hasCookiesToClean: false,
      requestId: null,
      traceparent: null,
      tracestate: null,
    });
  });

  it("reads what every request needs on the way", () => {
    const sent = { host: "a.example", "x-request-id": "r", traceparent: "t", tracestate: "s" };
    expect(request(sent)).toMatchObject({
      host: "a.example",
      requestId: "r",
      traceparent: "t",
      tracestate: "s",
      drop: [],
    });
  });

  it("drops what Connection nominates, beside the header itself", () => {
    const { drop } = request({ connection: "close, X-Secret ,authorization,, b@d", "x-secret": "1" });
    expect(drop).toEqual(["connection", "x-secret", "authorization"]);
  });

  it("keeps what is not dropped, nominated or not", () => {
    const { kept } = request({
      connection: "x-secret",
      "x-secret": "1",
      "selvage-source": "a",
      accept: "b",
      "X-C": "c",
    });
    expect(kept).toEqual({ accept: "b", "x-c": "c" });
  });

  it.each([
    ["Set-Cookie lines", "set-cookie", "a=1"],
    ["bytes that were no UTF-8", "x-name", "caf\ufffd"],
  ])("leaves %s to the runtime", (_, name, value) => {
    expect(inspectRequest({ forEach: (visit) => visit(value, name), get: () => null }).kept).toBeNull();
  });

  it("says whether an upgrade was asked for", () => {
    expect(request({ connection: "upgrade", upgrade: "websocket" })).toMatchObject({ hasUpgrade: true });
  });

  it("finds too many headers", () => {
    const many = (count: number): Record<string, string> =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`x-${i}`, "1"]));
    expect(request(many(MAX_HEADERS)).fault).toBeNull();
    expect(request(many(MAX_HEADERS + 1)).fault).toBe("too-many");
  });

  it("finds headers that are too large together", () => {
    const value = (length: number): Record<string, string> => ({ "x-a": "a".repeat(length) });
    expect(request(value(MAX_HEADER_BYTES - "x-a".length - 4)).fault).toBeNull();
    expect(request(value(MAX_HEADER_BYTES)).fault).toBe("too-large");
  });
});

describe("cleanResponse", () => {
  it("drops what Connection nominates, and words of proxies and of the mesh", () => {
    const answer: [string, string][] = [
      ["connection", "x-hop, close, keep-alive"],
      ["keep-alive", "timeout=5"],
      ["x-hop", "1"],
      ["proxy-authenticate", "Basic"],
      ["proxy-connection", "x"],
      ["selvage-decision", "forged"],
      ["content-type", "text/plain"],
      ["x-forwarded-for", "says nothing to a caller"],
    ];
    expect(cleaned(answer).map(([name]) => name)).toEqual(["connection", "content-type", "x-forwarded-for"]);
  });

  it("keeps each Set-Cookie", () => {
    const cookies: [string, string][] = [
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
    ];
    expect(cleaned(cookies)).toEqual(cookies);
  });
});

describe("isReserved", () => {
  it.each([
    "Host",
    "content-length",
    "Transfer-Encoding",
    "Selvage-Assertion",
    "selvage_source",
    "Proxy-Authorization",
    "connection",
  ])("keeps filters and authorization services away from %s", (name) => {
    expect(isReserved(name)).toBe(true);
  });

  it.each(["x-user", "authorization", "x-forwarded-host", "cookie"])("lets them write %s", (name) => {
    expect(isReserved(name)).toBe(false);
  });
});

describe("keptRequestId", () => {
  it.each(["a", "0b5f7c1e-8f6e-4f0e-9a53-2f6f0a9d3c11", "req_1:2/3+4=@", "a".repeat(128)])("keeps %s", (id) => {
    expect(keptRequestId(id)).toBe(id);
  });

  it.each([
    ["nothing", null],
    ["empty", ""],
    ["too long", "a".repeat(129)],
    ["a space", "a b"],
    ["a quote", 'a"b'],
    ["two ids", "a, b"],
    ["not ASCII", "é"],
  ])("replaces one that is %s", (_, id) => {
    expect(keptRequestId(id)).toBeNull();
  });
});
