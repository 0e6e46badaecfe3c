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

let mesh: TestMesh;
let backend: Backend;

beforeAll(async () => {
  backend = await startBackend("slow", 3000);
  mesh = await startMesh();
  const service = `apiVersion: selvage.dev/v1\nkind: Service\nmetadata: {name: slow}\nspec: {exposure: public, endpoints: [{url: "${backend.url}"}]}\n`;
  const applied = await mesh.cli(["apply", "--wait", "-f", "-"], service);
  expect(applied.code, applied.stderr).toBe(0);
}, 120_000);

afterAll(async () => {
  await mesh?.stop();
  await backend?.close();
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

it("lets a request that is under way end, and takes no new one", async () => {
  const workerd = mesh.workerdPid();
  const slow = fetch(`${mesh.url}/svc/slow/`);
  while (backend.requests.length === 0) {
    await sleep(20);
  }
  process.kill(mesh.pid, "SIGTERM");
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

async function isAnswered(url: string): Promise<boolean> {
  const asked = request(url, { agent: false }).end();
  return Promise.race([once(asked, "response").then(() => true), once(asked, "error").then(() => false)]).catch(
    () => false,
  );
}
