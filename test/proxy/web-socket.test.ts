// WebSockets through the mesh on raw workerd: over the network and over a service binding.
import { setTimeout as sleep } from "node:timers/promises";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileMesh } from "../support/raw/compile-mesh.ts";
import { runWorkerd, type RunningWorkerd } from "../support/raw/run-workerd.ts";
import { sendRaw } from "../support/raw/tcp.ts";
import { startWebSocketEcho, type WebSocketEcho } from "../support/raw/web-socket-echo.ts";

const BOUND = `export default {
  fetch(request) {
    if (request.headers.get("upgrade") !== "websocket") {
      return Response.json({ url: request.url, headers: Object.fromEntries(request.headers), body: request.body === null });
    }
    const [client, server] = Object.values(new WebSocketPair());
    server.accept();
    server.addEventListener("message", ({ data }) => server.send("bound " + data));
    server.addEventListener("close", ({ code }) => server.close(code));
    return new Response(null, { status: 101, webSocket: client });
  },
};`;

const { privateKey, publicKey } = await generateKeyPair("ES256");
/** Good for so many seconds. */
const token = (seconds: number): Promise<string> =>
  new SignJWT({ sub: "ann" })
    .setProtectedHeader({ alg: "ES256", kid: "k" })
    .setIssuer("https://id.example/")
    .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
    .sign(privateKey);

let echo: WebSocketEcho;
let mesh: RunningWorkerd;

beforeAll(async () => {
  echo = await startWebSocketEcho();
  const service = (name: string, endpoint: string, more = ""): string => `
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: ${name}}
spec: {exposure: public, endpoints: [${endpoint}]${more}}
---`;
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: "k", alg: "ES256" }] });
  const guarded = `${service("guarded", `{url: "${echo.url}"}`)}
apiVersion: selvage.dev/v1
kind: AuthenticationPolicy
metadata: {name: guarded}
spec:
  targetRefs: [{kind: Service, name: guarded}]
  jwt: {providers: [{name: idp, issuer: "https://id.example/", audiences: [], jwks: ${jwks}, algorithms: [ES256], clockSkew: 0s}]}
---`;
  const counted = `${guarded.replaceAll("guarded", "counted")}
apiVersion: selvage.dev/v1
kind: RateLimitPolicy
metadata: {name: counted}
spec:
  targetRefs: [{kind: Service, name: counted}]
  limits: [{name: hourly, requests: 2, window: 1h, key: [], mode: local}]
---`;
  mesh = await runWorkerd({
    entry: new URL("../support/worker/raw-proxy.ts", import.meta.url).pathname,
    json: {
      SNAPSHOT: compileMesh(
        service("chat", `{url: "${echo.url}"}`) +
          service("bound", "{binding: bound}", ", receive: [selvage-source]") +
          guarded +
          counted,
      ),
    },
    text: { TRUST_DOMAIN: "mesh.local" },
    services: { bound: BOUND },
  });
}, 30_000);

afterAll(async () => {
  await mesh?.stop();
  await echo?.close();
});

interface Opened {
  readonly socket: WebSocket;
  /** The next message. */
  readonly next: () => Promise<unknown>;
}

async function open(path: string, protocols: string[] = [], headers: Record<string, string> = {}): Promise<Opened> {
  // Node's takes headers as well, which the standard's types do not know.
  const how: object = { protocols, headers };
  const socket = new WebSocket(`ws://127.0.0.1:${mesh.port}${path}`, how as string[]);
  socket.binaryType = "arraybuffer";
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve, { once: true });
    socket.addEventListener("error", () => reject(new Error("the upgrade was refused")), { once: true });
  });
  const next = (): Promise<unknown> =>
    new Promise((resolve) => socket.addEventListener("message", ({ data }) => resolve(data), { once: true }));
  return { socket, next };
}

function closed({ socket }: Opened): Promise<number> {
  return new Promise((resolve) => {
    socket.addEventListener("close", ({ code }) => resolve(code), { once: true });
    socket.close(4001);
  });
}

describe("a WebSocket", () => {
  it("passes text and bytes both ways, and its close", async () => {
    const opened = await open("/svc/chat/room?x=1");
    const text = opened.next();
    opened.socket.send("hello");
    expect(await text).toBe("hello");
    const bytes = opened.next();
    opened.socket.send(new Uint8Array([1, 2, 3]));
    expect(new Uint8Array((await bytes) as ArrayBuffer)).toEqual(new Uint8Array([1, 2, 3]));
    expect(await closed(opened)).toBe(4001);
    const upgrade = echo.upgrades.at(-1);
    expect(upgrade?.url).toBe("/room?x=1");
    expect(upgrade?.headers["x-forwarded-prefix"]).toBe("/svc/chat");
  });

  it("negotiates its subprotocol end to end", async () => {
    const opened = await open("/svc/chat", ["chat.v2", "chat.v1"]);
    expect(opened.socket.protocol).toBe("chat.v2");
    await closed(opened);
  });

  it("passes through a service binding", async () => {
    const opened = await open("/svc/bound");
    const text = opened.next();
    opened.socket.send("hello");
    expect(await text).toBe("bound hello");
    await closed(opened);
  });

  it("carries the request's id and the revision on its 101", async () => {
    const upgrade =
      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
    const answer = await sendRaw(
      mesh.port,
      `GET /svc/chat HTTP/1.1\r\nHost: a.example\r\nX-Request-Id: r-1\r\n${upgrade}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 101 /);
    expect(answer).toMatch(/^x-request-id: r-1\r$/im);
    expect(answer).toMatch(/^selvage-revision: 7\r$/im);
  });

  it("that a token let in passes text and bytes, subprotocol and close, as any other", async () => {
    const opened = await open("/svc/guarded", ["chat.v2"], { authorization: `Bearer ${await token(60)}` });
    expect(opened.socket.protocol).toBe("chat.v2");
    const text = opened.next();
    opened.socket.send("hello");
    expect(await text).toBe("hello");
    const bytes = opened.next();
    opened.socket.send(new Uint8Array([1, 2, 3]));
    expect(new Uint8Array((await bytes) as ArrayBuffer)).toEqual(new Uint8Array([1, 2, 3]));
    expect(await closed(opened)).toBe(4001);
  });

  it("ends with 4401 when the token that let it in has expired, and not before", async () => {
    const opened = await open("/svc/guarded", [], { authorization: `Bearer ${await token(2)}` });
    const ended = new Promise<CloseEvent>((resolve) =>
      opened.socket.addEventListener("close", resolve, { once: true }),
    );
    const text = opened.next();
    opened.socket.send("still here");
    expect(await text).toBe("still here");
    expect(await ended).toMatchObject({ code: 4401, reason: "The right to this connection has ended" });
  });

  it("spends a limit once, however often it is looked whether its caller would still be let in", async () => {
    const headers = { authorization: `Bearer ${await token(60)}` };
    const first = await open("/svc/counted", [], headers);
    // Five looks.
    await sleep(1500);
    const second = await open("/svc/counted", [], headers);
    const text = first.next();
    first.socket.send("still here");
    expect(await text).toBe("still here");
    await Promise.all([closed(first), closed(second)]);
    await expect(open("/svc/counted", [], headers)).rejects.toThrow("the upgrade was refused");
  });

  it("to a service that knows none gets that service's own answer", async () => {
    await expect(open("/svc/nobody")).rejects.toThrow("the upgrade was refused");
  });
});

describe("a service binding", () => {
  it("sees the caller's host and path, and only headers that the mesh let pass", async () => {
    const answer = await fetch(`http://127.0.0.1:${mesh.port}/svc/bound/x?y`, {
      headers: { "selvage-source": "forged", "x-a": "1" },
    });
    const { url, headers, body } = (await answer.json()) as {
      url: string;
      headers: Record<string, string>;
      body: boolean;
    };
    expect(url).toBe(`http://127.0.0.1:${mesh.port}/x?y`);
    expect(headers).toMatchObject({ "x-a": "1", "selvage-source": "anonymous", "x-forwarded-prefix": "/svc/bound" });
    expect(body).toBe(true);
  });
});
