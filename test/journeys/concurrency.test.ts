// A cap on concurrency over real sockets: three isolates in front of one service that counts what it has at once.
import { once } from "node:events";
import { createServer, get as httpGet, type Server } from "node:http";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startMesh, type TestMesh } from "../support/mesh.ts";
import { switched } from "../support/raw/web-socket-echo.ts";

let mesh: TestMesh;
let server: Server;
const now = { busy: 0, most: 0, arrived: 0 };
/** Ends what is held. */
const held: (() => void)[] = [];
const opened: Duplex[] = [];
const release = (): void => held.splice(0).forEach((end) => end());

/** `/slow/<ms>` answers after so long, `/held` once it is released; `/stream` sends pieces of its body until then. */
beforeAll(async () => {
  server = createServer((request, response) => {
    now.busy += 1;
    now.arrived += 1;
    now.most = Math.max(now.most, now.busy);
    response.on("close", () => (now.busy -= 1));
    const [, kind, ms = "0"] = (request.url ?? "").split("/");
    const pieces = kind === "stream" ? setInterval(() => response.write("piece "), 20) : undefined;
    response.on("close", () => clearInterval(pieces));
    const end = (): unknown => (kind === "broken" ? response.destroy() : response.end("last"));
    if (kind === "held" || kind === "stream") {
      held.push(end);
    } else {
      setTimeout(end, Number(ms));
    }
  });
  server.on("upgrade", (request, socket) => {
    now.busy += 1;
    now.arrived += 1;
    now.most = Math.max(now.most, now.busy);
    held.push(() => {
      now.busy -= 1;
      socket.write(switched(request.headers["sec-websocket-key"] ?? ""));
    });
    socket.on("error", () => socket.destroy());
    opened.push(socket);
  });
  server.listen(0, "127.0.0.1");
  [mesh] = await Promise.all([startMesh({ edges: 3 }), once(server, "listening")]);
});
afterAll(async () => {
  await mesh.stop();
  opened.forEach((socket) => socket.destroy());
  server.closeAllConnections();
  server.close();
});

async function serve(name: string, policy: string): Promise<void> {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const applied = await mesh.cli(
    ["apply", "-f", "-", "--wait"],
    `apiVersion: selvage.dev/v1
kind: Service
metadata: {name: ${name}}
spec: {exposure: public, endpoints: [{url: "http://127.0.0.1:${port}"}]}
---
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: ${name}}
spec: {targetRefs: [{kind: Service, name: ${name}}], ${policy}}
`,
  );
  expect(applied.code, applied.stderr).toBe(0);
  await Promise.all(mesh.urls.map((url) => send(`${url}/svc/nobody/`)));
  Object.assign(now, { most: 0, arrived: 0 });
}

async function send(url: string): Promise<number> {
  const response = await fetch(url);
  await response.arrayBuffer();
  return response.status;
}
const edge = (index: number): string => mesh.urls[index % mesh.urls.length] ?? mesh.url;
const free = async (): Promise<void> => {
  await expect.poll(() => now.busy, { interval: 20 }).toBe(0);
};
const arrived = (count: number): Promise<void> => expect.poll(() => now.arrived, { interval: 10 }).toBe(count);

describe("a cap of six over three edges", () => {
  it("is never exceeded at the service, and what is above it is told 503 at once", async () => {
    await serve("capped", "concurrency: {max: 6}");
    const tally = new Map<number, number>();
    const clients = Array.from({ length: 30 }, async (_, client) => {
      const endAt = Date.now() + 2500;
      while (Date.now() < endAt || (tally.get(200) ?? 0) <= 100) {
        const status = await send(`${edge(client)}/svc/capped/slow/50`);
        tally.set(status, (tally.get(status) ?? 0) + 1);
        if (status === 503) {
          await sleep(50);
        }
      }
    });
    await Promise.all(clients);
    process.stdout.write(`cap 6, 30 clients, 3 edges: at once most ${now.most}, ${JSON.stringify([...tally])}\n`);
    expect([...tally.keys()].sort()).toEqual([200, 503]);
    expect(now.most).toBeLessThanOrEqual(6);
  });

  it("is what one edge alone may use", async () => {
    await serve("alone", "concurrency: {max: 6}");
    const statuses = Array.from({ length: 6 }, () => send(`${edge(1)}/svc/alone/held`));
    await arrived(6);
    release();
    expect(await Promise.all(statuses)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(now.most).toBe(6);
  });

  it("says who refused, and when to come back", async () => {
    await serve("one", "concurrency: {max: 1}");
    const first = send(`${edge(0)}/svc/one/held`);
    await arrived(1);
    const refused = await fetch(`${edge(1)}/svc/one/slow/0`);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(refused.headers.get("selvage-decision")).toMatch(/^concurrency; policy="TrafficPolicy\/default\/one"; rev=/);
    expect(await refused.json()).toMatchObject({
      code: "SLV5021",
      detail: "The service default/one has all the 1 requests that it may have at once",
    });
    release();
    expect(await first).toBe(200);
  });

  it("counts a request until its body has ended, and gives back what is broken off", async () => {
    await serve("streams", "concurrency: {max: 1}");
    const stream = await fetch(`${edge(0)}/svc/streams/stream`);
    expect(stream.status).toBe(200);
    expect(await send(`${edge(0)}/svc/streams/slow/0`)).toBe(503);
    release();
    expect(await stream.text()).toMatch(/^(piece )+last$/);
    expect(await send(`${edge(0)}/svc/streams/slow/0`)).toBe(200);
    // The caller goes away in the middle of the body, and before the headers.
    for (const path of ["stream", "slow/700"]) {
      const leaving = httpGet(`${edge(0)}/svc/streams/${path}`);
      leaving.on("error", () => undefined).on("response", (answer) => answer.on("error", () => undefined));
      const before = now.arrived;
      await arrived(before + 1);
      await sleep(100);
      leaving.destroy();
      await free();
      let status = 503;
      for (let tries = 0; status === 503 && tries < 100; tries++) {
        status = await send(`${edge(0)}/svc/streams/slow/0`);
        await sleep(20);
      }
      expect(status, path).toBe(200);
    }
    // The service breaks off.
    expect(await send(`${edge(0)}/svc/streams/broken/50`)).toBe(502);
    expect(await send(`${edge(0)}/svc/streams/slow/0`)).toBe(200);
  });

  it("holds requests in its queue instead, each until it has its turn", async () => {
    await serve("queued", "concurrency: {max: 2, queue: 20}");
    const statuses = await Promise.all(
      Array.from({ length: 12 }, (_, index) => send(`${edge(index)}/svc/queued/slow/100`)),
    );
    expect(statuses).toEqual(Array.from({ length: 12 }, () => 200));
    expect(now.most).toBeLessThanOrEqual(2);
  });

  it("bounds how many WebSockets are being established, and none that is open", async () => {
    await serve("sockets", "concurrency: {max: 5}");
    for (const before of [0, 5]) {
      const asked = Array.from({ length: 40 }, () => upgrade(`${edge(0)}/svc/sockets/`));
      await arrived(before + 5);
      const refused = await Promise.all(asked.map((one) => Promise.race([one, sleep(1500).then(() => "waits")])));
      expect(Map.groupBy(refused, String).get("503")).toHaveLength(35);
      release();
      const all = await Promise.all(asked);
      expect(all.filter((status) => status === 101)).toHaveLength(5);
    }
    expect([now.most, now.arrived]).toEqual([5, 10]);
  });
});

/** The status that it is answered; a WebSocket stays open. */
async function upgrade(url: string): Promise<number> {
  const headers = {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  };
  const asked = httpGet(url, { headers, agent: false });
  asked.on("error", () => undefined);
  return new Promise((resolve) => {
    asked.on("response", (response) => resolve(response.resume().statusCode ?? 0));
    asked.on("upgrade", (response, socket) => {
      opened.push(socket);
      resolve(response.statusCode ?? 0);
    });
  });
}
