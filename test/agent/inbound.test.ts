// What passes the inbound proxy to the app: the mesh's requests, as they are; and no stranger's, however it is sent.
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AppVerdict } from "../../src/agent/app-health.ts";
import { startInbound } from "../../src/agent/inbound.ts";
import type { AgentProxy } from "../../src/agent/proxy.ts";
import { sendRaw } from "../support/raw/tcp.ts";
import { signerOf } from "../support/tokens/jws.ts";
import { boundTo, signingMesh, type SigningMesh } from "../support/tokens/signing-mesh.ts";

let mesh: SigningMesh;
let app: Server;
let proxy: AgentProxy;
let port = 0;
let verdict: AppVerdict;
/** What reached the app: method, target, body. */
let reached: string[];
let answer: (request: IncomingMessage, body: string) => { readonly head?: object; readonly body: string };

const portOf = (server: Server): number => {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
};

async function start(more: { readonly assertion?: "request"; readonly stallMs?: number } = {}): Promise<void> {
  proxy = await startInbound({
    listen: { host: "127.0.0.1", port: 0 },
    app: new URL(`http://127.0.0.1:${portOf(app)}`),
    healthPath: "/healthz",
    verify: { jwksUrl: mesh.jwksUrl, audience: "shop/orders", assertion: more.assertion ?? "caller" },
    mesh: "https://mesh.example.com",
    stallMs: more.stallMs ?? 30_000,
    state: () => ({ app: verdict, isReady: verdict === "well" }),
  });
  port = Number(new URL(proxy.url).port);
}

beforeEach(async () => {
  mesh = await signingMesh();
  reached = [];
  verdict = "well";
  answer = () => ({ body: "hello" });
  app = createServer((request, response) => {
    void serve(request, response);
  });
  app.listen(0, "127.0.0.1");
  await once(app, "listening");
  await start();
});
afterEach(async () => {
  proxy.close();
  app.closeAllConnections();
  app.close();
  await mesh.stop();
});

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const body = await text(request);
    reached.push(`${request.method} ${request.url} ${body}`.trim());
    const { head = {}, body: told } = answer(request, body);
    response.writeHead(200, { ...head }).end(told);
  } catch {
    reached.push("broken off");
  }
}

const word = (claims: object = {}, header: Record<string, unknown> = {}): Promise<string> =>
  mesh.assert(mesh.published[0]!, Date.now(), claims, header);
const sent = async (lines: readonly string[], body = "", answers = 1): Promise<string> => {
  const assertion = await word();
  const [first = "", ...others] = lines;
  return sendRaw(
    port,
    [first, "host: orders", `selvage-assertion: ${assertion}`, ...others, "", body].join("\r\n"),
    answers,
  );
};

describe("a request of the mesh", () => {
  it("reaches the app with body and headers, less those of the connection", async () => {
    let seen: IncomingMessage["headers"] = {};
    answer = ({ headers }) => {
      seen = headers;
      return { head: { "x-mine": "1", "keep-alive": "timeout=9", "content-length": 6 }, body: "stored" };
    };
    const got = await sent(
      ["POST /items?page=2 HTTP/1.1", "content-length: 4", "x-a: 1", "te: trailers", "connection: x-hop", "x-hop: 2"],
      "text",
    );
    expect(got).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*x-mine: 1\r\n[^]*stored$/);
    expect(got).not.toContain("timeout=9");
    expect(reached).toEqual(["POST /items?page=2 text"]);
    expect(seen).toMatchObject({ host: "orders", "x-a": "1", "selvage-assertion": expect.any(String) });
    expect([seen["x-hop"], seen.te]).toEqual([undefined, undefined]);
  });

  it("keeps bodies in chunks one request, for methods that seldom have one, too", async () => {
    const got = await sent(
      ["GET /items HTTP/1.1", "transfer-encoding: chunked"],
      "1b\r\nGET /admin HTTP/1.1\r\nx: y\r\n\r\n0\r\n\r\n",
    );
    expect(got).toMatch(/^HTTP\/1\.1 200/);
    expect(reached).toHaveLength(1);
    expect(reached[0]).toMatch(/^GET \/items GET \/admin/);
  });

  it("gets a 100 Continue only once it is let in", async () => {
    expect(await sent(["PUT /x HTTP/1.1", "content-length: 4", "expect: 100-continue"], "text", 2)).toMatch(
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200/,
    );
    const stranger = "PUT /x HTTP/1.1\r\nhost: orders\r\ncontent-length: 4\r\nexpect: 100-continue\r\n\r\n";
    expect(await sendRaw(port, stranger)).toMatch(/^HTTP\/1\.1 401/);
  });

  it("learns that the app is not there", async () => {
    app.closeAllConnections();
    app.close();
    await once(app, "close");
    expect(await sent(["GET / HTTP/1.1"])).toMatch(/^HTTP\/1\.1 502[^]*"code":"SLV5006"/);
  });

  it("is broken off where the app breaks its answer off", async () => {
    app.removeAllListeners("request");
    app.on("request", (_, response) => {
      response.writeHead(200, { "content-length": 100 }).write("part");
      setImmediate(() => response.destroy());
    });
    const response = await fetch(`${proxy.url}/`, { headers: { "selvage-assertion": await word() } });
    await expect(response.text()).rejects.toThrow("terminated");
  });
});

describe("a request that did not come through the mesh", () => {
  it.each<readonly [string, () => Promise<string | null>, string]>([
    ["has no assertion", async () => null, "missing"],
    ["has one for another service", () => word({ aud: ["shop/prices"] }), "audience"],
    ["has one that has ended", () => mesh.assert(mesh.published[0]!, Date.now() - 3_600_000), "expired"],
    ["has one of a stranger's key", async () => mesh.assert(await signerOf("ES256", "k1"), Date.now()), "signature"],
    ["has an access token", () => word({}, { typ: "at+jwt" }), "type"],
    ["has one that lasts too long", () => word({ exp: Math.floor(Date.now() / 1000) + 600 }), "claims"],
    ["has no JWT", async () => "x.y.z", "malformed"],
  ])("%s", async (_, made, reason) => {
    const assertion = await made();
    const headers: Record<string, string> = assertion === null ? {} : { "selvage-assertion": assertion };
    const response = await fetch(`${proxy.url}/items`, { method: "POST", body: "secret", headers });
    expect([response.status, await response.json()]).toMatchObject([
      401,
      {
        code: "SLV2115",
        detail: `selvage-assertion: ${reason}`,
        type: "https://mesh.example.com/_selvage/problems/SLV2115",
      },
    ]);
    expect(response.headers.get("www-authenticate")).toBe("Selvage-Assertion");
    expect(reached).toEqual([]);
  });

  it("has two of them", async () => {
    expect(await sent(["GET / HTTP/1.1", `selvage-assertion: ${await word()}`])).toMatch(/^HTTP\/1\.1 401/);
  });

  it("asks for an upgrade", async () => {
    const upgrade = "GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n";
    expect(await sendRaw(port, upgrade)).toMatch(/^HTTP\/1\.1 401[^]*SLV2115/);
    expect(reached).toEqual([]);
  });

  it("uses the word for another path, where it must be bound to one", async () => {
    proxy.close();
    await start({ assertion: "request" });
    const bound = await word(await boundTo("GET", "/items?page=1"));
    const headers = { "selvage-assertion": bound };
    expect((await fetch(`${proxy.url}/items?page=2`, { headers })).status).toBe(401);
    expect((await fetch(`${proxy.url}/items?page=1`, { headers })).status).toBe(200);
  });

  it("is a 503 while the keys of the mesh cannot be had", async () => {
    mesh.answer = () => ({ status: 500, body: "" });
    const response = await fetch(`${proxy.url}/`, { headers: { "selvage-assertion": await word() } });
    expect([response.status, await response.json()]).toMatchObject([503, { code: "SLV2116" }]);
  });
});

describe("the agent's own answers", () => {
  it.each<readonly [string, AppVerdict, number]>([
    ["/_selvage/healthz", "ill", 200],
    ["/_selvage/readyz", "well", 200],
    ["/_selvage/readyz", "ill", 503],
    ["/healthz", "well", 200],
    ["/healthz", "unknown", 503],
  ])("%s, with an app that is %s: %d", async (path, known, status) => {
    verdict = known;
    expect((await fetch(`${proxy.url}${path}`)).status).toBe(status);
    expect(reached).toEqual([]);
  });

  it("leave the app's health path to the mesh's own requests", async () => {
    const response = await fetch(`${proxy.url}/healthz`, { headers: { "selvage-assertion": await word() } });
    expect(await response.text()).toBe("hello");
    expect(reached).toEqual(["GET /healthz"]);
    expect((await fetch(`${proxy.url}/healthz?x=1`)).status).toBe(401);
  });
});

describe("bytes that two servers read differently", () => {
  const BOTH = ["POST / HTTP/1.1", "content-length: 4", "transfer-encoding: chunked"];
  it.each([
    ["both lengths", BOTH, "0\r\n\r\nGET /admin HTTP/1.1\r\n\r\n"],
    ["two lengths", ["POST / HTTP/1.1", "content-length: 4", "content-length: 5"], "texts"],
    ["a coding that is not chunked", ["POST / HTTP/1.1", "transfer-encoding: gzip, chunked"], "0\r\n\r\n"],
    ["a coding that hides", ["POST / HTTP/1.1", "transfer-encoding: xchunked"], "0\r\n\r\n"],
    ["a coding twice", ["POST / HTTP/1.1", "transfer-encoding: chunked", "transfer-encoding: identity"], "0\r\n\r\n"],
    ["a space before the colon", ["POST / HTTP/1.1", "transfer-encoding : chunked"], "0\r\n\r\n"],
    ["a header over two lines", ["GET / HTTP/1.1", "x-a: b", " c: d"], ""],
    ["a bare line feed", ["GET / HTTP/1.1\nx-a: b"], ""],
    ["a length with a sign", ["POST / HTTP/1.1", "content-length: +4"], "text"],
    ["a chunk that lies", ["POST / HTTP/1.1", "transfer-encoding: chunked"], "zz\r\ntext\r\n0\r\n\r\n"],
    ["another address as target", ["GET http://127.0.0.1:1/admin HTTP/1.1"], ""],
    ["a second Host", ["GET / HTTP/1.1", "host: other"], ""],
    ["TRACE", ["TRACE / HTTP/1.1"], ""],
    ["CONNECT", ["CONNECT 127.0.0.1:22 HTTP/1.1"], ""],
    ["a head that is too large", ["GET / HTTP/1.1", `x: ${"a".repeat(70_000)}`], ""],
  ])("%s", async (_, lines, body) => {
    const got = await sent(lines, body);
    expect(got).toMatch(/^HTTP\/1\.1 4\d\d/);
    expect(got.match(/^HTTP\/1\.1 /gm)).toHaveLength(1);
    expect(reached.filter((one) => one !== "broken off")).toEqual([]);
  });

  it("no Host at all", async () => {
    expect(await sendRaw(port, `GET / HTTP/1.1\r\nselvage-assertion: ${await word()}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 400/,
    );
  });
});

describe("callers that stand still", () => {
  it("are told after a while, and hold nothing", async () => {
    proxy.close();
    await start({ stallMs: 200 });
    const got = await sent(["POST / HTTP/1.1", "content-length: 10"], "text");
    expect(got).toMatch(/^HTTP\/1\.1 408[^]*SLV5012/);
    await proxy.ended(5_000);
    expect(proxy.underWay()).toBe(0);
    await expect.poll(() => reached).toEqual(["broken off"]);
  });

  it("and never read their answer are cut off", async () => {
    proxy.close();
    await start({ stallMs: 200 });
    answer = () => ({ body: "x".repeat(64_000_000) });
    const socket = connect(port, "127.0.0.1");
    socket.pause();
    socket.write(`GET / HTTP/1.1\r\nhost: a\r\nselvage-assertion: ${await word()}\r\n\r\n`);
    await expect.poll(() => proxy.underWay()).toBe(1);
    await expect.poll(() => proxy.underWay()).toBe(0);
    socket.destroy();
  });

  it("and never read a WebSocket are cut off; one on which nothing is said is not", async () => {
    proxy.close();
    await start({ stallMs: 100 });
    const upgraded = (async () =>
      `GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\nselvage-assertion: ${await word()}\r\n\r\n`)();
    let say = false;
    app.on("upgrade", (_, socket) => {
      socket.on("error", () => undefined);
      socket.write("HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n");
      if (say) {
        socket.write(Buffer.alloc(64_000_000));
      }
    });
    const silent = connect(port, "127.0.0.1");
    silent.write(await upgraded);
    await once(silent, "data");
    say = true;
    const deaf = connect(port, "127.0.0.1");
    deaf.pause();
    deaf.write(await upgraded);
    await expect.poll(() => proxy.underWay()).toBe(2);
    await expect.poll(() => proxy.underWay()).toBe(1);
    expect(silent.destroyed).toBe(false);
    deaf.destroy();
    silent.destroy();
  });
});
