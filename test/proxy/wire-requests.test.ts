// Requests as they really go over the wire, on raw workerd: rows of the path and header threat tables that need real
// bytes.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sendRaw, valueOf } from "../support/raw/tcp.ts";
import { get, names, only, startWire, type Wire } from "../support/raw/wire.ts";

let wire: Wire;

beforeAll(async () => {
  wire = await startWire();
}, 30_000);
afterAll(() => wire?.stop());
beforeEach(() => wire.reset());
afterEach(() => expect(wire.upstream.leftovers()).toBe(""));

describe("requests on the wire", () => {
  it("carry exactly what the caller said and what the mesh says", async () => {
    const { answer, arrived } = await wire.exchange(get("/a?b=%2e", ["Accept: text/plain", "X-Request-Id: r-1"]));
    const request = only(arrived);
    expect(request.line).toBe("GET /a?b=%2e HTTP/1.1");
    expect(Object.fromEntries(request.headers.map(([name, value]) => [name.toLowerCase(), value]))).toEqual({
      accept: "text/plain",
      host: `127.0.0.1:${wire.upstream.port}`,
      "selvage-source": "anonymous",
      "selvage-timeout-ms": expect.stringMatching(/^14\d{3}$/),
      traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-03$/),
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-host": "shop.example",
      "x-forwarded-proto": "http",
      "x-request-id": "r-1",
    });
    expect(answer).toContain("HTTP/1.1 200 OK");
    expect(answer).toContain("x-request-id: r-1");
    expect(answer).toContain("selvage-revision: 7");
    expect(answer).not.toContain("selvage-decision");
  });

  it("never carry a spoofed identity, whatever its spelling", async () => {
    const spoofed = ["Selvage-Assertion: b", "selvage_source: c", "SELVAGE_ASSERTION: d", "selvage-assertion: e"];
    const { arrived } = await wire.exchange(get("/", spoofed));
    expect(names(arrived).filter((name) => name.startsWith("selvage"))).toEqual([
      // Whoever brings an assertion has been through a mesh, or says so.
      "selvage-hops",
      "selvage-source",
      "selvage-timeout-ms",
    ]);
    expect(valueOf(only(arrived), "selvage-source")).toBe("anonymous");
  });

  it("with an identity that is none reach no service", async () => {
    const { answer, arrived } = await wire.exchange(get("/", ["Selvage-Identity: a"]));
    expect(answer).toMatch(/^HTTP\/1.1 (?:401|503) /);
    expect(arrived).toEqual([]);
  });

  it("about the whole server are refused in words that say so, with an address that explains them", async () => {
    const { answer, arrived } = await wire.exchange(
      "OPTIONS * HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n",
    );
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toContain('"type":"http://shop.example/_selvage/problems/SLV5000"');
    expect(answer).toContain('"detail":"OPTIONS * is about the whole server: name a path"');
    expect(arrived).toEqual([]);
  });

  it("are refused by the runtime when a header name ends in a space", async () => {
    const { answer, arrived } = await wire.exchange(get("/", ["selvage-identity : a"]));
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(arrived).toEqual([]);
  });

  it("carry rebuilt forwarding headers only", async () => {
    const { arrived } = await wire.exchange(
      get("/", [
        "X-Forwarded-For: 6.6.6.6",
        "X-Forwarded-Host: evil.example",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Port: 1",
        "X-Forwarded-Prefix: /evil",
        "X_Forwarded_For: 6.6.6.6",
        "Forwarded: for=6.6.6.6",
        "X-Real-IP: 6.6.6.6",
        "CF-Connecting-IP: 6.6.6.6",
        "True-Client-IP: 6.6.6.6",
        "X-Original-URL: /admin",
        "X-Rewrite-URL: /admin",
        "X-HTTP-Method-Override: DELETE",
        "X-Envoy-Original-Path: /admin",
        "CF-Worker: evil.example",
        "CDN-Loop: evil",
      ]),
    );
    const request = only(arrived);
    expect(
      request.headers.map(([, value]) => value).filter((value) => /6\.6\.6\.6|evil|admin|DELETE/.test(value)),
    ).toEqual([]);
    expect(valueOf(request, "x-forwarded-for")).toBe("127.0.0.1");
    expect(valueOf(request, "x-forwarded-proto")).toBe("http");
    expect(names(arrived)).not.toContain("x-forwarded-prefix");
  });

  it("lose what Connection nominates, but never what the mesh writes", async () => {
    const nominated = [
      "Connection: close, x-secret, authorization, x-forwarded-for, x-request-id",
      "X-Secret: 1",
      "Authorization: Basic x",
    ];
    const { arrived } = await wire.exchange(get("/", nominated));
    expect(names(arrived)).not.toContain("x-secret");
    expect(names(arrived)).not.toContain("authorization");
    expect(valueOf(only(arrived), "x-forwarded-for")).toBe("127.0.0.1");
    expect(valueOf(only(arrived), "x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("lose every hop-by-hop header", async () => {
    const hops = [
      "Keep-Alive: x",
      "TE: trailers",
      "Trailer: x",
      "Upgrade: h2c",
      "Proxy-Authorization: x",
      "Proxy-Authenticate: x",
      "Proxy-Connection: x",
      "HTTP2-Settings: AA",
      "Expect: 100-continue",
    ];
    const { arrived } = await wire.exchange(get("/", hops));
    expect(
      names(arrived).filter((name) =>
        /^(keep-alive|te|trailer|upgrade|proxy-.*|http2-settings|expect|connection)$/.test(name),
      ),
    ).toEqual([]);
  });

  it.each([
    ["a GET with a length", "GET", "Content-Length: 3\r\n\r\nabc"],
    ["a GET in chunks", "GET", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"],
    ["a HEAD with a length", "HEAD", "Content-Length: 3\r\n\r\nabc"],
  ])("refuse the body of %s, and stay in step with the next request", async (_, method, rest) => {
    const first = `${method} /first HTTP/1.1\r\nHost: shop.example\r\n${rest}`;
    const { answer, arrived } = await wire.exchange(first + get("/second"), 2);
    expect(arrived.map(({ line }) => line)).toEqual(["GET /second HTTP/1.1"]);
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toContain("selvage-decision: admit;");
    if (method === "GET") {
      expect(answer).toContain('"code":"SLV5013"');
    }
  });

  it.each(["Content-Length: 0\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"])(
    "with an empty body (%j) are requests without one",
    async (rest) => {
      const { arrived } = await wire.exchange(`GET /a HTTP/1.1\r\nHost: shop.example\r\n${rest}`);
      expect([only(arrived).line, names(arrived).filter((name) => name.startsWith("content-"))]).toEqual([
        "GET /a HTTP/1.1",
        [],
      ]);
    },
  );

  it("stream a body with its length, and a chunked one in chunks", async () => {
    const post = "POST /p HTTP/1.1\r\nHost: shop.example\r\n";
    await wire.exchange(`${post}Content-Length: 3\r\n\r\nabc`);
    await wire.exchange(`${post}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`);
    expect(wire.upstream.requests.map((request) => [request.body, valueOf(request, "content-length")])).toEqual([
      ["abc", "3"],
      ["abc", undefined],
    ]);
  });

  it("cannot smuggle a second request with both lengths", async () => {
    const smuggled =
      "POST /p HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 39\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    const { arrived } = await wire.exchange(`${smuggled}GET /admin HTTP/1.1\r\nHost: evil\r\n\r\n`, 2);
    const [first] = arrived;
    expect(arrived.filter(({ line }) => line.startsWith("POST"))).toHaveLength(1);
    expect(first?.body).toBe("");
    // The second is a request of its own: on a host that has no route, so it gets no further.
    expect(arrived).toHaveLength(1);
  });

  it.each([
    ["two lengths", "Content-Length: 3\r\nContent-Length: 4"],
    ["a signed length", "Content-Length: +3"],
    ["an unknown coding", "Transfer-Encoding: xchunked"],
    ["a space before the colon", "Transfer-Encoding : chunked"],
    ["a folded header", "X-A: a\r\n b"],
  ])("with %s are refused by the runtime", async (_, header) => {
    const { answer, arrived } = await wire.exchange(`POST /p HTTP/1.1\r\nHost: shop.example\r\n${header}\r\n\r\nabc`);
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(arrived).toEqual([]);
  });

  it("do not switch protocols for h2c: both pipelined requests are walked through", async () => {
    const upgrade = ["Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABk"];
    const { answer, arrived } = await wire.exchange(get("/first", upgrade) + get("/svc/ledger.shop/admin"), 2);
    expect(arrived.map(({ line }) => line)).toEqual(["GET /first HTTP/1.1", "GET /svc/ledger.shop/admin HTTP/1.1"]);
    expect(answer).not.toContain("HTTP/1.1 101");
    expect(names(arrived.slice(0, 1))).not.toContain("upgrade");
  });

  it("never carry a fragment", async () => {
    await wire.exchange(get("/a?x=1#f"));
    await wire.exchange(get("/a#/../admin"));
    expect(wire.upstream.requests.map(({ line }) => line)).toEqual(["GET /a?x=1 HTTP/1.1", "GET /a HTTP/1.1"]);
  });

  it("carry the canonical path", async () => {
    for (const path of ["/public/%2e%2e/admin/x", "/adm%69n/x", "//admin//x", "/public/../admin/x"]) {
      await wire.exchange(get(path));
    }
    expect(new Set(wire.upstream.requests.map(({ line }) => line))).toEqual(new Set(["GET /admin/x HTTP/1.1"]));
    expect(wire.upstream.requests).toHaveLength(4);
  });

  it.each(["/public/..\\admin", "/public/..%2fadmin", "/public/..;/admin", "/a%00", "/%c0%ae", "/..", "/%"])(
    "with the ambiguous path %s are answered 400",
    async (path) => {
      const { answer, arrived } = await wire.exchange(get(path));
      expect(answer).toMatch(/^HTTP\/1.1 400 /);
      expect(answer).toContain('"code":"SLV5000"');
      expect(arrived).toEqual([]);
    },
  );

  it.each(["user@shop.example", "shop.example/x?", "shop.example, evil.example", "b\xc3\xbccher.example", "a b"])(
    "with the Host %s are answered 400",
    async (host) => {
      const answer = await sendRaw(wire.mesh.port, `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1.1 400 /);
      expect(answer).toContain("The request does not name one host");
      expect(wire.upstream.requests).toEqual([]);
    },
  );

  it("find their route whatever the spelling of the host", async () => {
    for (const host of ["SHOP.Example:80", "shop.example.", "shop.example"]) {
      await sendRaw(wire.mesh.port, `GET /h HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    }
    expect(wire.upstream.requests.map((request) => valueOf(request, "x-forwarded-host"))).toEqual([
      "shop.example",
      "shop.example",
      "shop.example",
    ]);
  });

  it("in absolute form go by their Host header", async () => {
    await wire.exchange("GET http://evil.example/abs HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    expect(only(wire.upstream.requests).line).toBe("GET /abs HTTP/1.1");
    expect(valueOf(only(wire.upstream.requests), "x-forwarded-host")).toBe("shop.example");
  });

  it.each(["CONNECT shop.example:80"])("%s are answered by the runtime and reach no service", async (line) => {
    const { answer, arrived } = await wire.exchange(`${line} HTTP/1.1\r\nHost: shop.example\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 500 /);
    expect(answer).not.toContain("selvage-");
    expect(arrived).toEqual([]);
  });

  it("for the whole server (OPTIONS *) are answered 400: there is no path to decide about", async () => {
    const { answer, arrived } = await wire.exchange("OPTIONS * HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toContain('"code":"SLV5000"');
    expect(arrived).toEqual([]);
  });

  it("with TRACE are refused: they would show a caller what the mesh adds", async () => {
    const { answer, arrived } = await wire.exchange("TRACE / HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toContain("TRACE is not forwarded");
    expect(arrived).toEqual([]);
  });

  it("keep bytes that are no UTF-8, and Set-Cookie lines apart", async () => {
    await wire.exchange(get("/", ["X-Name: caf\u00e9", "Set-Cookie: a=1", "Set-Cookie: b=2", "selvage-source: me"]));
    const { headers } = only(wire.upstream.requests);
    const values = (wanted: string): string[] =>
      headers.flatMap(([name, value]) => (name.toLowerCase() === wanted ? [value] : []));
    expect(values("x-name")).toEqual(["caf\u00e9"]);
    expect(values("set-cookie")).toEqual(["a=1", "b=2"]);
    expect(values("selvage-source")).toEqual(["anonymous"]);
  });

  it.each([
    ["as text", []],
    ["as the runtime holds it", ["X-Name: caf\u00e9"]],
  ])("never show a service an operator's cookie, in any number of Cookie lines (%s)", async (_, more) => {
    const ours = "Cookie: __Host-selvage-session=x";
    await wire.exchange(get("/", ["Cookie: a=1", ours, "Cookie: b=2; __Host-selvage-login=y", "Cookie: c=3", ...more]));
    const { headers } = only(wire.upstream.requests);
    const cookies = headers.filter(([name]) => name.toLowerCase() === "cookie").map(([, value]) => value);
    expect(cookies).toEqual(["a=1; b=2; c=3"]);
  });

  it("keep repeated header lines together, so that a value cannot hide behind another", async () => {
    await wire.exchange(get("/", ["X-Role: user", "X-Role: admin"]));
    const values = only(wire.upstream.requests).headers.filter(([name]) => name.toLowerCase() === "x-role");
    expect(values.map(([, value]) => value).join(", ")).toBe("user, admin");
  });
});
