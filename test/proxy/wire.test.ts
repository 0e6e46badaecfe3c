// What really goes over the wire, on raw workerd: rows of the header and path threat tables that need real bytes.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { compileMesh } from "../support/raw/compile-mesh.ts";
import { runWorkerd, type RunningWorkerd } from "../support/raw/run-workerd.ts";
import { sendRaw, startRawUpstream, valueOf, type RawUpstream } from "../support/raw/tcp.ts";

let upstream: RawUpstream;
let mesh: RunningWorkerd;

beforeAll(async () => {
  upstream = await startRawUpstream();
  mesh = await runWorkerd({
    entry: new URL("../support/worker/raw-proxy.ts", import.meta.url).pathname,
    json: {
      SNAPSHOT: compileMesh(`
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: orders, namespace: shop}
spec: {exposure: public, endpoints: [{url: "${upstream.url}"}]}
---
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: ledger, namespace: shop}
spec: {endpoints: [{url: "${upstream.url}"}]}
---
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: nobody, namespace: shop}
spec: {exposure: public, endpoints: [{url: "http://127.0.0.1:1"}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop, namespace: shop}
spec:
  hostnames: [shop.example]
  rules: [{backendRefs: [{name: orders}]}]
`),
    },
    text: { TRUST_DOMAIN: "mesh.local" },
  });
}, 30_000);

afterAll(async () => {
  await mesh?.stop();
  await upstream?.close();
});

const plainAnswer: RawUpstream["answer"] = (_, socket) =>
  socket.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");

beforeEach(() => {
  upstream.requests.length = 0;
  upstream.answer = plainAnswer;
});

function get(path: string, headers: readonly string[] = [], rest = ""): string {
  return `GET ${path} HTTP/1.1\r\nHost: shop.example\r\n${headers.map((one) => `${one}\r\n`).join("")}\r\n${rest}`;
}

async function exchange(
  bytes: string,
  answers = 1,
): Promise<{ readonly answer: string; readonly arrived: RawUpstream["requests"] }> {
  const answer = await sendRaw(mesh.port, bytes, answers);
  return { answer, arrived: upstream.requests };
}

const one = (arrived: RawUpstream["requests"]): RawUpstream["requests"][number] => {
  expect(arrived).toHaveLength(1);
  expect(upstream.leftovers()).toBe("");
  return arrived[0]!;
};

const names = (arrived: RawUpstream["requests"]): string[] => one(arrived).headers.map(([name]) => name.toLowerCase());

describe("requests on the wire", () => {
  it("carry exactly what the caller said and what the mesh says", async () => {
    const { answer, arrived } = await exchange(get("/a?b=%2e", ["Accept: text/plain", "X-Request-Id: r-1"]));
    const request = one(arrived);
    expect(request.line).toBe("GET /a?b=%2e HTTP/1.1");
    expect(Object.fromEntries(request.headers.map(([name, value]) => [name.toLowerCase(), value]))).toEqual({
      accept: "text/plain",
      host: `127.0.0.1:${upstream.port}`,
      "selvage-hops": "1",
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
    const spoofed = [
      "selvage-identity: a",
      "Selvage-Assertion: b",
      "selvage_source: c",
      "SELVAGE_ASSERTION: d",
      "selvage-assertion: e",
    ];
    const { arrived } = await exchange(get("/", spoofed));
    expect(names(arrived).filter((name) => /^selvage/.test(name))).toEqual([
      "selvage-hops",
      "selvage-source",
      "selvage-timeout-ms",
    ]);
    expect(valueOf(one(arrived), "selvage-source")).toBe("anonymous");
  });

  it("are refused by the runtime when a header name ends in a space", async () => {
    const { answer, arrived } = await exchange(get("/", ["selvage-identity : a"]));
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(arrived).toEqual([]);
  });

  it("carry rebuilt forwarding headers only", async () => {
    const { arrived } = await exchange(
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
    const request = one(arrived);
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
    const { arrived } = await exchange(get("/", nominated));
    expect(names(arrived)).not.toContain("x-secret");
    expect(names(arrived)).not.toContain("authorization");
    expect(valueOf(one(arrived), "x-forwarded-for")).toBe("127.0.0.1");
    expect(valueOf(one(arrived), "x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
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
    const { arrived } = await exchange(get("/", hops));
    expect(
      names(arrived).filter((name) =>
        /^(keep-alive|te|trailer|upgrade|proxy-.*|http2-settings|expect|connection)$/.test(name),
      ),
    ).toEqual([]);
  });

  it("drop the body of a GET and stay in step with the next request", async () => {
    const { answer, arrived } = await exchange(get("/first", ["Content-Length: 3"], "abc") + get("/second"), 2);
    expect(arrived.map(({ line, body }) => [line, body])).toEqual([
      ["GET /first HTTP/1.1", ""],
      ["GET /second HTTP/1.1", ""],
    ]);
    expect(answer.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
    expect(upstream.leftovers()).toBe("");
  });

  it("stream a body with its length, and a chunked one in chunks", async () => {
    const post = "POST /p HTTP/1.1\r\nHost: shop.example\r\n";
    await exchange(`${post}Content-Length: 3\r\n\r\nabc`);
    await exchange(`${post}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`);
    expect(upstream.requests.map((request) => [request.body, valueOf(request, "content-length")])).toEqual([
      ["abc", "3"],
      ["abc", undefined],
    ]);
  });

  it("cannot smuggle a second request with both lengths", async () => {
    const smuggled =
      "POST /p HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 39\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    const { arrived } = await exchange(`${smuggled}GET /admin HTTP/1.1\r\nHost: evil\r\n\r\n`, 2);
    const [first] = arrived;
    expect(arrived.filter(({ line }) => line.startsWith("POST"))).toHaveLength(1);
    expect(first?.body).toBe("");
    // The second is a request of its own: on a host that has no route, so it gets no further.
    expect(arrived).toHaveLength(1);
    expect(upstream.leftovers()).toBe("");
  });

  it.each([
    ["two lengths", "Content-Length: 3\r\nContent-Length: 4"],
    ["a signed length", "Content-Length: +3"],
    ["an unknown coding", "Transfer-Encoding: xchunked"],
    ["a space before the colon", "Transfer-Encoding : chunked"],
    ["a folded header", "X-A: a\r\n b"],
  ])("with %s are refused by the runtime", async (_, header) => {
    const { answer, arrived } = await exchange(`POST /p HTTP/1.1\r\nHost: shop.example\r\n${header}\r\n\r\nabc`);
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(arrived).toEqual([]);
  });

  it("do not switch protocols for h2c: both pipelined requests are walked through", async () => {
    const upgrade = ["Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABk"];
    const { answer, arrived } = await exchange(get("/first", upgrade) + get("/svc/ledger.shop/admin"), 2);
    expect(arrived.map(({ line }) => line)).toEqual(["GET /first HTTP/1.1", "GET /svc/ledger.shop/admin HTTP/1.1"]);
    expect(answer).not.toContain("101");
    expect(names(arrived.slice(0, 1))).not.toContain("upgrade");
  });

  it("never carry a fragment", async () => {
    await exchange(get("/a?x=1#f"));
    await exchange(get("/a#/../admin"));
    expect(upstream.requests.map(({ line }) => line)).toEqual(["GET /a?x=1 HTTP/1.1", "GET /a HTTP/1.1"]);
  });

  it("carry the canonical path", async () => {
    for (const path of ["/public/%2e%2e/admin/x", "/adm%69n/x", "//admin//x", "/public/../admin/x"])
      await exchange(get(path));
    expect(new Set(upstream.requests.map(({ line }) => line))).toEqual(new Set(["GET /admin/x HTTP/1.1"]));
    expect(upstream.requests).toHaveLength(4);
  });

  it.each(["/public/..\\admin", "/public/..%2fadmin", "/public/..;/admin", "/a%00", "/%c0%ae", "/..", "/%"])(
    "with the ambiguous path %s are answered 400",
    async (path) => {
      const { answer, arrived } = await exchange(get(path));
      expect(answer).toMatch(/^HTTP\/1.1 400 /);
      expect(answer).toContain('"code":"SLV5000"');
      expect(arrived).toEqual([]);
    },
  );

  it.each(["user@shop.example", "shop.example/x?", "shop.example, evil.example", "b\xc3\xbccher.example", "a b"])(
    "with the Host %s are answered 400",
    async (host) => {
      const answer = await sendRaw(mesh.port, `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1.1 400 /);
      expect(answer).toContain("The request does not name one host");
      expect(upstream.requests).toEqual([]);
    },
  );

  it("find their route whatever the spelling of the host", async () => {
    for (const host of ["SHOP.Example:80", "shop.example.", "shop.example"]) {
      await sendRaw(mesh.port, `GET /h HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    }
    expect(upstream.requests.map((request) => valueOf(request, "x-forwarded-host"))).toEqual([
      "shop.example",
      "shop.example",
      "shop.example",
    ]);
  });

  it("in absolute form go by their Host header", async () => {
    await exchange("GET http://evil.example/abs HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    expect(one(upstream.requests).line).toBe("GET /abs HTTP/1.1");
    expect(valueOf(one(upstream.requests), "x-forwarded-host")).toBe("shop.example");
  });

  it.each(["CONNECT shop.example:80"])(
    "%s are answered by the runtime and reach no service",
    async (line) => {
      const { answer, arrived } = await exchange(`${line} HTTP/1.1\r\nHost: shop.example\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1.1 500 /);
      expect(answer).not.toContain("selvage-");
      expect(arrived).toEqual([]);
    },
  );

  it("for the whole server (OPTIONS *) are answered 400: there is no path to decide about", async () => {
    const { answer, arrived } = await exchange("OPTIONS * HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toContain('"code":"SLV5000"');
    expect(arrived).toEqual([]);
  });

  it("with TRACE are refused: they would show a caller what the mesh adds", async () => {
    const { answer, arrived } = await exchange("TRACE / HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toContain("TRACE is not forwarded");
    expect(arrived).toEqual([]);
  });

  it("keep repeated header lines together, so that a value cannot hide behind another", async () => {
    await exchange(get("/", ["X-Role: user", "X-Role: admin"]));
    const values = one(upstream.requests).headers.filter(([name]) => name.toLowerCase() === "x-role");
    expect(values.map(([, value]) => value).join(", ")).toBe("user, admin");
  });
});

describe("answers on the wire", () => {
  const answering = (head: string, body = "hello"): void => {
    upstream.answer = (_, socket) => socket.write(`${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`, "latin1");
  };

  it("lose what the service's Connection nominates and every hop-by-hop header", async () => {
    answering(
      "HTTP/1.1 200 OK\r\nConnection: x-secret-hop\r\nX-Secret-Hop: 1\r\nProxy-Authenticate: Basic\r\nProxy-Connection: x\r\nKeep-Alive: timeout=5\r\nTrailer: x\r\nUpgrade: h2c\r\nX-Kept: 1",
    );
    const { answer } = await exchange(get("/"));
    expect(answer).toContain("X-Kept: 1");
    expect(answer).not.toMatch(/x-secret-hop|proxy-|keep-alive|trailer|upgrade/i);
  });

  it("never carry the mesh's words from a service", async () => {
    answering(
      'HTTP/1.1 403 No\r\nselvage-decision: forged; policy="x"; rev=1\r\nselvage-revision: 99\r\nX-Request-Id: forged',
    );
    const { answer } = await exchange(get("/", ["X-Request-Id: mine"]));
    expect(answer).toMatch(/^HTTP\/1.1 403 No/);
    expect(answer).not.toContain("forged");
    expect(answer).toContain("selvage-revision: 7");
    expect(answer).toMatch(/^x-request-id: mine\r$/im);
  });

  it("pass redirects through without following them", async () => {
    answering("HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest", "");
    const { answer } = await exchange(get("/", ["Authorization: Bearer t"]));
    expect(answer).toMatch(/^HTTP\/1.1 302 Found/);
    expect(answer).toContain("Location: http://169.254.169.254/latest");
    expect(upstream.requests).toHaveLength(1);
  });

  it("keep each Set-Cookie a line of its own", async () => {
    answering("HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\nSet-Cookie: b=2; Expires=Mon, 01 Jan 2035 00:00:00 GMT");
    const { answer } = await exchange(get("/"));
    expect(answer.match(/^Set-Cookie: .*$/gim)).toEqual([
      "Set-Cookie: a=1; Path=/",
      "Set-Cookie: b=2; Expires=Mon, 01 Jan 2035 00:00:00 GMT",
    ]);
  });

  it("pass compressed bytes as they are", async () => {
    answering("HTTP/1.1 200 OK\r\nContent-Encoding: gzip", "\x1f\x8b\x08\x00not really");
    const { answer } = await exchange(get("/", ["Accept-Encoding: gzip"]));
    expect(answer).toContain("Content-Encoding: gzip");
    expect(answer).toContain("\x1f\x8b\x08\x00not really");
  });

  it("to HEAD keep the length and have no body, also when the mesh answers", async () => {
    upstream.answer = (_, socket) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n");
    const head = (path: string): Promise<string> =>
      sendRaw(mesh.port, `HEAD ${path} HTTP/1.1\r\nHost: shop.example\r\n\r\n`);
    expect(await head("/")).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*Content-Length: 2000[^]*\r\n\r\n$/);
    const refused = await sendRaw(mesh.port, "HEAD /nowhere HTTP/1.1\r\nHost: other.example\r\n\r\n");
    expect(refused).toMatch(/^HTTP\/1.1 404 [^]*\r\n\r\n$/);
    expect(refused).toContain('selvage-decision: route; policy="none"; rev=7');
  });

  it.each(["600 Odd", "999 Odd", "101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade"])(
    "with the status %s become a 502",
    async (status) => {
      upstream.answer = (_, socket) => socket.write(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`);
      const { answer } = await exchange(get("/"));
      expect(answer).toMatch(/^HTTP\/1.1 502 /);
      expect(answer).toContain(
        `Endpoint static-0 of the service shop/orders answered with status ${status.slice(0, 3)}`,
      );
    },
  );

  it("that never come become a 502 naming the endpoint", async () => {
    upstream.answer = (_, socket) => socket.resetAndDestroy();
    const { answer } = await exchange(get("/"));
    expect(answer).toMatch(/^HTTP\/1.1 502 /);
    expect(answer).toContain('"code":"SLV5006"');
    expect(answer).toContain("refused the connection, or closed it before it answered");
    expect(answer).toContain('"service":"shop/orders","endpoint":"static-0","attempts":1');
    const refused = await sendRaw(mesh.port, "GET /svc/nobody.shop HTTP/1.1\r\nHost: any.example\r\n\r\n");
    expect(refused).toMatch(/^HTTP\/1.1 502 /);
  });
});

describe("upgrades on the wire", () => {
  const upgrade = [
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  ];

  it("that a service answers without 101 do not switch", async () => {
    upstream.answer = (_, socket) => socket.write("HTTP/1.1 426 Upgrade Required\r\nContent-Length: 2\r\n\r\nno");
    const { answer, arrived } = await exchange(get("/ws", upgrade));
    expect(answer).toMatch(/^HTTP\/1.1 426 /);
    expect(valueOf(one(arrived), "upgrade")?.toLowerCase()).toBe("websocket");
  });

  it("need a GET: a POST goes on without it", async () => {
    const { arrived } = await exchange(
      `POST /ws HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 0\r\n${upgrade.join("\r\n")}\r\n\r\n`,
    );
    expect(names(arrived)).not.toContain("upgrade");
  });
});
