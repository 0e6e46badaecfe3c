// What the outbound proxy sends to the mesh for the app, and what it sends back.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startOutbound } from "../../src/agent/outbound.ts";
import type { AgentProxy } from "../../src/agent/proxy.ts";
import { sendRaw, startRawUpstream, valueOf, type RawUpstream } from "../support/raw/tcp.ts";

let mesh: RawUpstream;
let proxy: AgentProxy;
let port = 0;
let token: string | null;
let doubted: string[];
beforeEach(async () => {
  mesh = await startRawUpstream();
  token = "the-token";
  doubted = [];
  proxy = await startOutbound({
    listen: { host: "127.0.0.1", port: 0 },
    mesh: new URL(`${mesh.url}/below/`),
    token: { current: () => Promise.resolve(token), doubt: (one) => doubted.push(one) },
    stallMs: 30_000,
  });
  port = Number(new URL(proxy.url).port);
});
afterEach(async () => {
  proxy.close();
  await mesh.close();
});

const send = (head: string, body = ""): Promise<string> =>
  sendRaw(port, `${head}\r\nhost: 127.0.0.1:${port}\r\n\r\n${body}`);

describe("a call of the app", () => {
  it("carries the workload's token and the mesh's name, and the user's own Authorization", async () => {
    const more = "authorization: Bearer user\r\nselvage-identity: other\r\nselvage_identity: other\r\nx-a: 1";
    expect(await send(`GET /svc/orders.shop/%61?b HTTP/1.1\r\n${more}`)).toMatch(/^HTTP\/1\.1 200/);
    const [request] = mesh.requests;
    expect(request?.line).toBe("GET /below/svc/orders.shop/a?b HTTP/1.1");
    const named = ["host", "authorization", "selvage-identity", "selvage_identity", "x-a"];
    expect(named.map((name) => valueOf(request!, name))).toEqual([
      new URL(mesh.url).host,
      "Bearer user",
      "the-token",
      undefined,
      "1",
    ]);
    expect(request?.headers.filter(([name]) => name.toLowerCase() === "selvage-identity")).toHaveLength(1);
  });

  it("cannot nominate the token away", async () => {
    await send("GET /svc/orders/ HTTP/1.1\r\nconnection: selvage-identity, host, x-a\r\nx-a: 1");
    expect(valueOf(mesh.requests[0]!, "selvage-identity")).toBe("the-token");
    expect(valueOf(mesh.requests[0]!, "x-a")).toBeUndefined();
  });

  it("keeps its body, declared or in chunks, and no second request in it", async () => {
    const hidden = "GET /svc/a/ HTTP/1.1\r\nhost: a\r\n\r\n";
    await send(`POST /svc/orders/ HTTP/1.1\r\ncontent-length: ${hidden.length}`, hidden);
    await send("DELETE /svc/orders/ HTTP/1.1\r\ntransfer-encoding: chunked", "4;x=y\r\ntext\r\n0\r\nx-late: 1\r\n\r\n");
    await send("POST /svc/orders/ HTTP/1.1");
    expect(mesh.requests.map(({ line, body }) => [line.split(" ")[0], body])).toEqual([
      ["POST", hidden],
      ["DELETE", "text"],
      ["POST", ""],
    ]);
    expect(mesh.leftovers()).toBe("");
  });

  it("passes although its client would like HTTP/2 over cleartext", async () => {
    const h2c = "connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQ";
    expect(await send(`GET /svc/orders/ HTTP/1.1\r\n${h2c}`)).toMatch(/^HTTP\/1\.1 200/);
    expect(["upgrade", "http2-settings"].map((name) => valueOf(mesh.requests[0]!, name))).toEqual([
      undefined,
      undefined,
    ]);
  });

  it("is led through the proxy again by a redirect within the mesh, and nowhere else", async () => {
    const redirect = (to: string): void => {
      mesh.answer = (_, socket) => socket.write(`HTTP/1.1 302 Found\r\nlocation: ${to}\r\ncontent-length: 0\r\n\r\n`);
    };
    redirect(`${mesh.url}/svc/orders/x`);
    expect(await send("GET /svc/orders/ HTTP/1.1")).toContain("location: /svc/orders/x\r\n");
    redirect(`${mesh.url}/_selvage/ui/`);
    expect(await send("GET /svc/orders/ HTTP/1.1")).toContain(`location: ${mesh.url}/_selvage/ui/\r\n`);
  });

  it("that the mesh does not know makes the token doubted; one that the service does not know does not", async () => {
    const refuse = (more: string): void => {
      mesh.answer = (_, socket) => socket.write(`HTTP/1.1 401 No\r\n${more}content-length: 0\r\n\r\n`);
    };
    refuse("");
    await send("GET /svc/orders/ HTTP/1.1");
    expect(doubted).toEqual([]);
    refuse('selvage-decision: authenticate; policy="none"; rev=1\r\n');
    await send("GET /svc/orders/ HTTP/1.1");
    expect(doubted).toEqual(["the-token"]);
    await send("GET /svc/orders/ HTTP/1.1\r\nconnection: upgrade\r\nupgrade: websocket");
    expect(doubted).toEqual(["the-token", "the-token"]);
  });

  it("is not sent without a token", async () => {
    token = null;
    expect(await send("GET /svc/orders/ HTTP/1.1")).toMatch(/^HTTP\/1\.1 503[^]*retry-after: 2[^]*SLV2117/);
    expect(mesh.requests).toEqual([]);
  });

  it("learns that the mesh is away", async () => {
    await mesh.close();
    expect(await send("GET /svc/orders/ HTTP/1.1")).toMatch(/^HTTP\/1\.1 502[^]*SLV5014/);
    mesh = await startRawUpstream();
  });
});

describe("what leads elsewhere", () => {
  it.each([
    "GET /_selvage/v1/tokens HTTP/1.1",
    "GET /svc/../_selvage/v1/tokens HTTP/1.1",
    "GET /svc/%2e%2e/_selvage/v1/tokens HTTP/1.1",
    "GET http://orders.shop/svc/orders/ HTTP/1.1",
    "GET //evil.example/svc/orders/ HTTP/1.1",
    "OPTIONS * HTTP/1.1",
    "CONNECT evil.example:443 HTTP/1.1",
    "TRACE /svc/orders/ HTTP/1.1",
    "GET /svc/orders/ HTTP/1.1\r\norigin: https://evil.example",
    "GET /svc/orders/ HTTP/1.1\r\nconnection: upgrade\r\nupgrade: websocket\r\norigin: https://evil.example",
    "GET /_selvage/tail HTTP/1.1\r\nconnection: upgrade\r\nupgrade: websocket",
    "POST /svc/orders/ HTTP/1.1\r\ncontent-length: 3\r\ntransfer-encoding: chunked",
  ])("%s", async (head) => {
    expect(await send(head)).toMatch(/^HTTP\/1\.1 4\d\d/);
    expect(mesh.requests).toEqual([]);
  });

  it("a name that was resolved to this address", async () => {
    expect(await sendRaw(port, "GET /svc/orders/ HTTP/1.1\r\nhost: rebound.example\r\n\r\n")).toMatch(
      /^HTTP\/1\.1 403/,
    );
    expect(mesh.requests).toEqual([]);
  });
});
