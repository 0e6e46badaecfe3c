// The load generator against a server that closes idle connections, as runtimes do.
import { createServer, type AddressInfo, type Socket } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Connection } from "../../../bench/load/connection.ts";
import { load } from "../../../bench/load/load.ts";

const ANSWER = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
let sockets: Socket[] = [];
let opened = 0;
const server = createServer((socket) => {
  opened += 1;
  sockets.push(socket);
  socket.on("error", () => undefined);
  socket.on("data", (chunk) => {
    for (const _ of String(chunk).matchAll(/\r\n\r\n/g)) {
      socket.write(ANSWER);
    }
  });
});
let port = 0;

beforeEach(async () => {
  [sockets, opened] = [[], 0];
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterEach(async () => {
  sockets.forEach((socket) => socket.destroy());
  await new Promise((resolve) => server.close(resolve));
});

const target = () => ({ port, pids: [process.pid], requests: ["GET / HTTP/1.1\r\nhost: x\r\n\r\n"] });

it("sends the next request when the last is answered, in each window", async () => {
  const [result] = await load({ targets: [target()], connections: 3, rounds: 2, windowMs: 20 });
  expect(result?.rounds).toHaveLength(2);
  expect(result?.rounds.every(({ requests, cpuMicros }) => requests >= 3 && cpuMicros > 0)).toBe(true);
  expect(result?.unexpected).toEqual({});
  expect(opened).toBe(3);
});

it("opens a connection again that was closed while it had nothing to do", async () => {
  let told: (status: number) => void = () => undefined;
  const connection = new Connection(port, (_, status) => told(status));
  const asked = (): Promise<number> =>
    new Promise((resolve) => {
      told = resolve;
      connection.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    });
  await connection.open();
  expect(await asked()).toBe(200);
  await connection.open();
  expect(opened).toBe(1);
  const [socket] = sockets;
  const gone = new Promise((resolve) => socket?.on("close", resolve));
  socket?.end();
  await gone;
  await connection.open();
  expect(await asked()).toBe(200);
  expect(opened).toBe(2);
  connection.close();
});

it("sends as many as the rate says, whatever the server does", async () => {
  const [result] = await load({ targets: [target()], connections: 4, rounds: 2, windowMs: 50, perSecond: 400 });
  expect(result?.rounds.map(({ requests }) => requests)).toEqual([20, 20]);
  expect(result?.p99Ms).toBeGreaterThanOrEqual(result?.p50Ms ?? Infinity);
});
