// Answers and upgrades as they really go over the wire, on raw workerd.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sendRaw, valueOf } from "../support/raw/tcp.ts";
import { get, names, only, startWire, type Wire } from "../support/raw/wire.ts";
import { writtenId } from "../support/written-id.ts";

let wire: Wire;

beforeAll(async () => {
  wire = await startWire();
}, 30_000);
afterAll(() => wire?.stop());
beforeEach(() => wire.reset());
afterEach(() => expect(wire.upstream.leftovers()).toBe(""));

describe("answers on the wire", () => {
  const answering = (head: string, body = "hello"): void => {
    wire.upstream.answer = (_, socket) =>
      socket.write(`${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`, "latin1");
  };

  it("lose what the service's Connection nominates and every hop-by-hop header", async () => {
    answering(
      "HTTP/1.1 200 OK\r\nConnection: x-secret-hop\r\nX-Secret-Hop: 1\r\nProxy-Authenticate: Basic\r\nProxy-Connection: x\r\nKeep-Alive: timeout=5\r\nTrailer: x\r\nUpgrade: h2c\r\nX-Kept: 1",
    );
    const { answer } = await wire.exchange(get("/"));
    expect(answer).toContain("X-Kept: 1");
    expect(answer).not.toMatch(/x-secret-hop|proxy-|keep-alive|trailer|upgrade/i);
  });

  it("never carry the mesh's words from a service", async () => {
    answering(
      'HTTP/1.1 403 No\r\nselvage-decision: forged; policy="x"; rev=1\r\nselvage-revision: 99\r\nX-Request-Id: forged',
    );
    const { answer } = await wire.exchange(get("/", ["X-Request-Id: mine"]));
    expect(answer).toMatch(/^HTTP\/1.1 403 No/);
    expect(answer).not.toContain("forged");
    expect(answer).toContain("selvage-revision: 7");
    expect(answer).toMatch(/^x-request-id: mine\r$/im);
  });

  it("pass redirects through without following them", async () => {
    answering("HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest", "");
    const { answer } = await wire.exchange(get("/", ["Authorization: Bearer t"]));
    expect(answer).toMatch(/^HTTP\/1.1 302 Found/);
    expect(answer).toContain("Location: http://169.254.169.254/latest");
    expect(wire.upstream.requests).toHaveLength(1);
  });

  it("that redirect to the endpoint itself lead to where the caller found it", async () => {
    answering(
      `HTTP/1.1 201 Created\r\nLocation: ${wire.upstream.url}/a?b=1\r\nContent-Location: ${wire.upstream.url}/c\r\nRefresh: 5; url=${wire.upstream.url}/d`,
      "",
    );
    const routed = (await wire.exchange(get("/"))).answer;
    expect(routed).toMatch(/^location: http:\/\/shop.example\/a\?b=1\r$/im);
    expect(routed).toMatch(/^content-location: http:\/\/shop.example\/c\r$/im);
    expect(routed).toMatch(/^refresh: 5; url=http:\/\/shop.example\/d\r$/im);
    const addressed = await sendRaw(wire.mesh.port, "GET /svc/orders.shop/x HTTP/1.1\r\nHost: any.example:81\r\n\r\n");
    expect(addressed).toMatch(/^location: http:\/\/any.example:81\/svc\/orders.shop\/a\?b=1\r$/im);
  });

  it("keep each Set-Cookie a line of its own", async () => {
    answering("HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\nSet-Cookie: b=2; Expires=Mon, 01 Jan 2035 00:00:00 GMT");
    const { answer } = await wire.exchange(get("/"));
    expect(answer.match(/^Set-Cookie: .*$/gim)).toEqual([
      "Set-Cookie: a=1; Path=/",
      "Set-Cookie: b=2; Expires=Mon, 01 Jan 2035 00:00:00 GMT",
    ]);
  });

  it("set no cookie of the mesh's own", async () => {
    answering("HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: __Host-selvage-session=x; Secure; Path=/");
    const { answer } = await wire.exchange(get("/"));
    expect(answer.match(/^Set-Cookie: .*$/gim)).toEqual(["Set-Cookie: a=1"]);
  });

  it("pass compressed bytes as they are", async () => {
    answering("HTTP/1.1 200 OK\r\nContent-Encoding: gzip", "\x1f\x8b\x08\x00not really");
    const { answer } = await wire.exchange(get("/", ["Accept-Encoding: gzip"]));
    expect(answer).toContain("Content-Encoding: gzip");
    expect(answer).toContain("\x1f\x8b\x08\x00not really");
  });

  it("to HEAD keep the length and have no body, also when the mesh answers", async () => {
    wire.upstream.answer = (_, socket) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n");
    const head = (path: string): Promise<string> =>
      sendRaw(wire.mesh.port, `HEAD ${path} HTTP/1.1\r\nHost: shop.example\r\n\r\n`);
    expect(await head("/")).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*Content-Length: 2000[^]*\r\n\r\n$/);
    const refused = await sendRaw(wire.mesh.port, "HEAD /nowhere HTTP/1.1\r\nHost: other.example\r\n\r\n");
    expect(refused).toMatch(/^HTTP\/1.1 404 [^]*\r\n\r\n$/);
    expect(refused).toContain('selvage-decision: route; policy="none"; rev=7');
  });

  it.each(["600 Odd", "999 Odd", "101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade"])(
    "with the status %s become a 502",
    async (status) => {
      wire.upstream.answer = (_, socket) => socket.write(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`);
      const { answer } = await wire.exchange(get("/"));
      expect(answer).toMatch(/^HTTP\/1.1 502 /);
      expect(answer).toContain(
        `Endpoint ${writtenId("shop/orders", wire.upstream.url)} of the service shop/orders answered with status ${status.slice(0, 3)}`,
      );
    },
  );

  it("that never come become a 502 naming the endpoint", async () => {
    wire.upstream.answer = (_, socket) => socket.resetAndDestroy();
    const { answer } = await wire.exchange(get("/"));
    expect(answer).toMatch(/^HTTP\/1.1 502 /);
    expect(answer).toContain('"code":"SLV5006"');
    expect(answer).toContain("refused the connection, or closed it before it answered");
    expect(answer).toContain(
      `"service":"shop/orders","endpoint":"${writtenId("shop/orders", wire.upstream.url)}","attempts":1`,
    );
    const refused = await sendRaw(wire.mesh.port, "GET /svc/nobody.shop HTTP/1.1\r\nHost: any.example\r\n\r\n");
    expect(refused).toMatch(/^HTTP\/1.1 502 /);
  });

  it("that do not come in time become a 504, and the service's connection is let go of", async () => {
    const gone = new Promise((resolve) => {
      wire.upstream.answer = (_, socket) => socket.once("close", resolve);
    });
    const { answer } = await wire.exchange(get("/slow"));
    expect(answer).toMatch(/^HTTP\/1.1 504 /);
    const id = writtenId("shop/orders", wire.upstream.url);
    expect(answer).toContain(`Endpoint ${id} of the service shop/orders did not answer within the request's 100 ms`);
    await gone;
  });

  it("stream: what a service sends first arrives before it sends the rest", async () => {
    let finish = (): void => undefined;
    wire.upstream.answer = (_, socket) => {
      socket.write(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n",
      );
      finish = () => socket.write("9\r\ndata: 2\n\n\r\n0\r\n\r\n");
    };
    const answer = await fetch(`http://127.0.0.1:${wire.mesh.port}/svc/orders.shop/events`);
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toBe("data: 1\n\n");
    finish();
    expect((await reader.read()).value).toBe("data: 2\n\n");
    expect((await reader.read()).done).toBe(true);
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
    wire.upstream.answer = (_, socket) => socket.write("HTTP/1.1 426 Upgrade Required\r\nContent-Length: 2\r\n\r\nno");
    const { answer, arrived } = await wire.exchange(get("/ws", upgrade));
    expect(answer).toMatch(/^HTTP\/1.1 426 /);
    expect(valueOf(only(arrived), "upgrade")?.toLowerCase()).toBe("websocket");
  });

  it("that a service answers with an ordinary success become a 502 that says so", async () => {
    const { answer } = await wire.exchange(get("/ws", upgrade));
    expect(answer).toMatch(/^HTTP\/1.1 502 /);
    expect(answer).toContain('"code":"SLV5009"');
    expect(answer).toContain(
      `Endpoint ${writtenId("shop/orders", wire.upstream.url)} of the service shop/orders answered the WebSocket upgrade with 200 instead of 101`,
    );
  });

  it("need a GET: a POST goes on without it", async () => {
    const { arrived } = await wire.exchange(
      `POST /ws HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 0\r\n${upgrade.join("\r\n")}\r\n\r\n`,
    );
    expect(names(arrived)).not.toContain("upgrade");
  });
});
