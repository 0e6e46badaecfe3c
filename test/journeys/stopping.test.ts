// Promise: a mesh that is told to stop takes nothing new and ends what it has begun; what it leaves behind is its
// owner's alone.
import { once } from "node:events";
import { readdirSync, statSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startBackend, type Backend } from "../support/backend.ts";
import { isRunning } from "../support/is-running.ts";
import { startMesh, type TestMesh } from "../support/mesh.ts";
import { startWebSocketEcho, type WebSocketEcho } from "../support/raw/web-socket-echo.ts";

let mesh: TestMesh;
let backend: Backend;
let talk: WebSocketEcho;

/** Whoever it lets in was judged by a policy: such a connection passes through the isolate, and is told why it ends. */
const JUDGED = `
apiVersion: selvage.dev/v1
kind: AuthorizationPolicy
metadata: {name: judged}
spec: {targetRefs: [{kind: Service, name: judged}], action: ALLOW, rules: [{}]}
`;

const service = (name: string, url: string, exposure = "public"): string => `
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: ${name}}
spec: {exposure: ${exposure}, endpoints: [{url: "${url}"}]}
---
`;

async function openSocket(name: string): Promise<{ readonly ended: Promise<string>; readonly code: Promise<number> }> {
  const socket = new WebSocket(`${mesh.url.replace("http", "ws")}/svc/${name}/`);
  await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));
  const code = new Promise<number>((resolve) =>
    socket.addEventListener("close", (event) => resolve(event.code), { once: true }),
  );
  return { code, ended: code.then(() => "ended") };
}

beforeAll(async () => {
  backend = await startBackend("slow", 3000);
  mesh = await startMesh();
  talk = await startWebSocketEcho();
  const services = service("slow", backend.url) + service("talk", talk.url) + service("open", talk.url);
  const judged = `${service("judged", talk.url)}${JUDGED}`;
  const applied = await mesh.cli(["apply", "--wait", "-f", "-"], services + judged);
  expect(applied.code, applied.stderr).toBe(0);
}, 120_000);

afterAll(async () => {
  await mesh?.stop();
  await backend?.close();
  await talk?.close();
});

it("keeps everything in its data folder to its owner", () => {
  const modes = readdirSync(mesh.data, { recursive: true, encoding: "utf8" }).map((name) => {
    const found = statSync(join(mesh.data, name));
    const isProgram = name.endsWith("workerd.sh");
    return { name, fits: (found.mode & 0o777) === (found.isDirectory() || isProgram ? 0o700 : 0o600) };
  });
  expect(modes.filter(({ fits }) => !fits)).toEqual([]);
  expect(modes.length).toBeGreaterThan(10);
  expect(statSync(mesh.data).mode & 0o777).toBe(0o700);
});

it("ends the WebSocket of an anonymous caller once the service is not public any more", async () => {
  const { ended } = await openSocket("talk");
  const applied = await mesh.cli(["apply", "--wait", "-f", "-"], service("talk", talk.url, "mesh"));
  expect(applied.code, applied.stderr).toBe(0);
  expect(await ended).toBe("ended");
}, 30_000);

it("ends the WebSockets to a service that is deleted, whoever opened them", async () => {
  const judged = JUDGED.replaceAll("judged", "told");
  const services = service("gone", talk.url) + service("told", talk.url) + judged;
  const applied = await mesh.cli(["apply", "--wait", "-f", "-"], services);
  expect(applied.code, applied.stderr).toBe(0);
  const [anonymous, judgedOne] = [await openSocket("gone"), await openSocket("told")];
  for (const name of ["service/gone", "service/told"]) {
    expect((await mesh.cli(["delete", name, "--if-match", "*"])).code).toBe(0);
  }
  expect([await anonymous.ended, await judgedOne.code]).toEqual(["ended", 4401]);
}, 30_000);

it("lets a request that is under way end, and takes no new one, when its whole process group is told", async () => {
  const workerd = mesh.workerdPid();
  const slow = fetch(`${mesh.url}/svc/slow/`);
  while (backend.requests.length === 0) {
    await sleep(20);
  }
  const { ended } = await openSocket("open");
  const { code } = await openSocket("judged");
  // As a terminal's Ctrl-C does.
  process.kill(-mesh.pid, "SIGTERM");
  expect([await ended, await code]).toEqual(["ended", 1001]);
  // Refused, or reset where a connection was just being taken.
  while (await isAnswered(`${mesh.url}/_selvage/healthz`)) {
    await sleep(20);
  }
  expect(isRunning(workerd)).toBe(true);
  const answer = await slow;
  expect([answer.status, await answer.text()]).toEqual([200, "slow"]);
  while (isRunning(mesh.pid)) {
    await sleep(20);
  }
  expect(await mesh.stop()).toBe(0);
  expect(mesh.log()).not.toContain("crashed");
});

it("leaves no runtime behind when its whole process group is killed", async () => {
  await mesh.restart();
  const workerd = mesh.workerdPid();
  process.kill(-mesh.pid, "SIGKILL");
  while (isRunning(workerd)) {
    await sleep(20);
  }
  expect(isRunning(mesh.pid)).toBe(false);
}, 60_000);

async function isAnswered(url: string): Promise<boolean> {
  const asked = request(url, { agent: false }).end();
  return Promise.race([once(asked, "response").then(() => true), once(asked, "error").then(() => false)]).catch(
    () => false,
  );
}
