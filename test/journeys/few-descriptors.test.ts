// Promise: where there are few file descriptors, callers who open connections take none from the runtime: what is
// beyond the bound is closed, and the mesh goes on.
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startBackend, type Backend } from "../support/backend.ts";
import { startMesh, type TestMesh } from "../support/mesh.ts";

/** (256 − 150) ÷ 5 */
const MOST = 21;

let mesh: TestMesh;
let backend: Backend;
const callers: Socket[] = [];

beforeAll(async () => {
  backend = await startBackend("plain");
  mesh = await startMesh({ descriptors: 256 });
  const service = `{apiVersion: selvage.dev/v1, kind: Service, metadata: {name: plain}, spec: {exposure: public, endpoints: [{url: "${backend.url}"}]}}`;
  const applied = await mesh.cli(["apply", "--wait", "-f", "-"], service);
  expect(applied.code, applied.stderr).toBe(0);
}, 120_000);

afterAll(async () => {
  callers.forEach((socket) => socket.destroy());
  await mesh?.stop();
  await backend?.close();
});

/** A caller who sends a request and keeps its connection. */
function caller(): Promise<"answered" | "closed"> {
  const socket = connect(Number(new URL(mesh.url).port), "127.0.0.1");
  callers.push(socket);
  socket.write("GET /svc/plain/ HTTP/1.1\r\nHost: a\r\n\r\n");
  return new Promise((resolve) => {
    socket.on("error", () => undefined);
    socket.once("data", (head) => resolve(String(head).startsWith("HTTP/1.1 200") ? "answered" : "closed"));
    socket.once("close", () => resolve("closed"));
  });
}

it("closes the connections beyond the bound, and answers again when others have gone", async () => {
  const workerd = mesh.workerdPid();
  const outcomes = await Promise.all(Array.from({ length: 300 }, caller));
  const answered = outcomes.filter((one) => one === "answered").length;
  expect(answered).toBeGreaterThan(MOST / 2);
  expect(answered).toBeLessThanOrEqual(MOST);
  callers.splice(0).forEach((socket) => socket.destroy());
  while ((await caller()) === "closed") {
    // The mesh has not seen yet that they are gone.
  }
  expect(mesh.workerdPid()).toBe(workerd);
  expect(mesh.log()).not.toMatch(/Too many open files|crashed/);
}, 60_000);
