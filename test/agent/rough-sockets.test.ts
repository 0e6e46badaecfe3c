// Callers and apps that break off anywhere, answer too early, too much or in another protocol: whatever they do, the
// proxy goes on, nothing of it stays under way, and the next request is answered as itself.
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startInbound } from "../../src/agent/inbound.ts";
import type { AgentProxy } from "../../src/agent/proxy.ts";
import { sized } from "../support/long.ts";
import { signingMesh, type SigningMesh } from "../support/tokens/signing-mesh.ts";
import { seeded } from "../fuzz/random.ts";

let mesh: SigningMesh;
let app: Server;
let proxy: AgentProxy;
let word = "";
/** What the app writes, piece by piece; null = it breaks off there. */
let answers: readonly (string | null)[] = [];
const failures: unknown[] = [];
const onFailure = (error: unknown): void => void failures.push(error);

async function write(
  socket: Socket,
  pieces: readonly (string | null)[],
  end: "leave" | "end" | "reset",
): Promise<void> {
  for (const piece of pieces) {
    if (piece === null) {
      socket.resetAndDestroy();
      return;
    }
    socket.write(piece);
    await turn();
  }
  if (end === "end") {
    socket.end();
  } else if (end === "reset") {
    socket.resetAndDestroy();
  }
}

beforeAll(async () => {
  process.on("uncaughtException", onFailure);
  process.on("unhandledRejection", onFailure);
  mesh = await signingMesh();
  word = await mesh.assert(mesh.published[0]!, Date.now());
  app = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => void write(socket, answers, "leave"));
  });
  app.listen(0, "127.0.0.1");
  await once(app, "listening");
  const address = app.address();
  proxy = await startInbound({
    listen: { host: "127.0.0.1", port: 0 },
    app: new URL(`http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`),
    healthPath: null,
    verify: { jwksUrl: mesh.jwksUrl, audience: "shop/orders" },
    mesh: "https://mesh.example.com",
    stallMs: 30_000,
    state: () => ({ app: "well", isReady: true }),
  });
});
afterAll(async () => {
  proxy.close();
  app.close();
  await mesh.stop();
  process.off("uncaughtException", onFailure);
  process.off("unhandledRejection", onFailure);
});

const UPGRADE = "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: x\r\n";
const heads = (): string[] => [
  `GET /a HTTP/1.1\r\nhost: a\r\nselvage-assertion: ${word}\r\n\r\n`,
  `POST /a HTTP/1.1\r\nhost: a\r\ncontent-length: 8\r\nselvage-assertion: ${word}\r\n\r\n`,
  `PUT /a HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\nselvage-assertion: ${word}\r\n\r\n`,
  `GET /a HTTP/1.1\r\nhost: a\r\n${UPGRADE}selvage-assertion: ${word}\r\n\r\n`,
  `GET /a HTTP/1.1\r\nhost: a\r\n${UPGRADE}\r\n`,
  `POST /a HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 8\r\nselvage-assertion: ${word}\r\n\r\n`,
  "GET /a HTTP/1.1\r\nhost: a\r\ncontent-length: 8\r\n\r\n",
];
const BODIES = [
  "text",
  "texttext",
  "4\r\ntext\r\n",
  "0\r\n\r\n",
  "zz\r\n",
  "\r\n\r\n",
  "\u0000\u0001",
  "GET / HTTP/1.1\r\n\r\n",
];
const ANSWERS = [
  "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n",
  "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
  "HTTP/1.1 200 OK\r\n\r\n",
  "HTTP/1.1 100 Continue\r\n\r\n",
  "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n",
  "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
  "HTTP/1.1 413 No\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
  "HTTP/1.1 204 None\r\ncontent-length: 4\r\n\r\n",
  "HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n",
  "HTTP/1.1 200 \u0001\r\n\r\n",
  "HTTP/2 200\r\n\r\n",
  `HTTP/1.1 200 OK\r\nx: ${"a".repeat(70_000)}\r\n\r\n`,
  "text",
  "4\r\ntext\r\n0\r\n\r\n",
  "\u0016\u0003\u0001",
  null,
];

it("goes on, whatever is sent and wherever it ends", async () => {
  const random = seeded(11);
  const port = Number(new URL(proxy.url).port);
  const some = <T>(list: readonly T[], most: number): T[] =>
    Array.from({ length: random.below(most + 1) }, () => random.oneOf(list));
  for (let round = 0; round < sized(400, 10_000); round++) {
    answers = some(ANSWERS, 4);
    const caller = connect(port, "127.0.0.1");
    caller.on("error", () => undefined);
    caller.resume();
    await once(caller, "connect");
    const head = random.oneOf(heads());
    const cut = random.chance(20) ? head.slice(0, random.below(head.length)) : head;
    const end = random.oneOf(["leave", "end", "reset"] as const);
    await write(caller, [cut, ...some([...BODIES, ...heads()], 3)], end);
    for (let turns = random.below(20); turns > 0; turns--) {
      await turn();
    }
    caller.destroy();
  }
  await proxy.ended(10_000);
  expect(proxy.underWay()).toBe(0);
  expect(failures).toEqual([]);
  answers = ["HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\n", "hello"];
  const response = await fetch(`${proxy.url}/`, { headers: { "selvage-assertion": word } });
  expect([response.status, await response.text()]).toEqual([200, "hello"]);
});
