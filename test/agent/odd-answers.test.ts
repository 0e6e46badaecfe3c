// Apps, meshes and callers that answer or ask for what nobody expects, each of them alone: the agent goes on, and says
// so. rough-sockets.test.ts mixes them.
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { probeApp } from "../../src/agent/app-probe.ts";
import { startInbound } from "../../src/agent/inbound.ts";
import type { AgentProxy } from "../../src/agent/proxy.ts";
import { RegistryCalls } from "../../src/agent/registry-calls.ts";
import { createClient } from "../../src/cli/session/client.ts";
import { sendRaw, startRawUpstream, valueOf, type RawUpstream } from "../support/raw/tcp.ts";
import { scriptedApi } from "../support/scripted-api.ts";
import { signingMesh, type SigningMesh } from "../support/tokens/signing-mesh.ts";

let mesh: SigningMesh;
let app: RawUpstream;
let proxy: AgentProxy;
let port = 0;
let word = "";
beforeEach(async () => {
  mesh = await signingMesh();
  word = await mesh.assert(mesh.published[0]!, Date.now());
  app = await startRawUpstream();
  proxy = await startInbound({
    listen: { host: "127.0.0.1", port: 0 },
    app: new URL(app.url),
    healthPath: null,
    verify: { jwksUrl: mesh.jwksUrl, audience: "shop/orders" },
    mesh: "https://mesh.example.com",
    stallMs: 30_000,
    state: () => ({ app: "well", isReady: true }),
  });
  port = Number(new URL(proxy.url).port);
});
afterEach(async () => {
  proxy.close();
  await app.close();
  await mesh.stop();
});

const head = (...more: readonly string[]): string =>
  ["GET /a HTTP/1.1", "host: a", `selvage-assertion: ${word}`, ...more, "", ""].join("\r\n");
const UPGRADE = ["connection: upgrade", "upgrade: websocket"];

describe.each([
  ["names a protocol", "HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"],
  ["names none", "HTTP/1.1 101 Switching\r\n\r\n"],
])("an app that switches protocols when nobody asked for it, and %s", (_, answer) => {
  beforeEach(() => {
    app.answer = (__, socket) => socket.write(answer);
  });

  it("is ill", async () => {
    expect(await probeApp(new URL(app.url), "/healthz", 30_000)).toBe(false);
  });

  it("gives no answer", async () => {
    expect(await sendRaw(port, head())).toMatch(/^HTTP\/1\.1 502[^]*SLV5006/);
    await expect.poll(() => proxy.underWay()).toBe(0);
  });
});

describe("headers", () => {
  it("of an answer to an upgrade pass byte for byte", async () => {
    const said = [...UPGRADE, "x-name: caf\u00e9"].join("\r\n");
    app.answer = (_, socket) => socket.write(Buffer.from(`HTTP/1.1 101 Switching\r\n${said}\r\n\r\n`, "latin1"));
    expect(await sendRaw(port, head(...UPGRADE))).toContain("x-name: caf\u00e9\r\n");
  });

  it("that say who calls, or what the body is, cannot be nominated away", async () => {
    const telling = ["authorization", "cookie", "content-type", "x-forwarded-for", "forwarded"];
    const sent = telling.map((name) => `${name}: told`);
    await sendRaw(port, head(...sent, "x-hop: 1", `connection: selvage-assertion, ${telling.join(",")}, X-Hop`));
    const [request] = app.requests;
    expect(telling.map((name) => valueOf(request!, name))).toEqual(telling.map(() => "told"));
    expect(valueOf(request!, "selvage-assertion")).toBe(word);
    expect(valueOf(request!, "x-hop")).toBeUndefined();
  });
});

describe("requests that do not wait for answers", () => {
  it("are answered one after the other, and are broken off when they are too many", async () => {
    expect((await sendRaw(port, head().repeat(50), 50)).match(/HTTP\/1\.1 200/g)).toHaveLength(50);
    app.answer = () => undefined;
    const caller = connect(port, "127.0.0.1");
    caller.on("error", () => undefined);
    caller.write(head().repeat(200));
    await new Promise((resolve) => void caller.on("close", resolve));
    await expect.poll(() => proxy.underWay()).toBe(0);
  });
});

describe("a heartbeat that is answered with 200 by something else", () => {
  it.each(["{}", "null", '{"results":{}}'])("%s: it has failed, and comes again", async (body) => {
    const api = await scriptedApi(() => ({ body: JSON.parse(body) as object }));
    const client = createClient({ server: api.url, token: "slv_x", timeoutMs: 5_000 });
    const endpoint = { namespace: "shop", service: "orders", id: "agent-1", url: "https://a.example", weight: 1 };
    const calls = new RegistryCalls(
      client,
      { ...endpoint, version: undefined, cluster: undefined, ttl: "30s" },
      { failed: () => undefined, recovered: () => undefined },
    );
    expect(await calls.make("heartbeat")).toBe("failed");
    await api.close();
  });
});
