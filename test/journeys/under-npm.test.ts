// `npm start` and its like: npm passes nothing on when it is killed, and still nothing may be left behind.
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { isRunning } from "../support/is-running.ts";
import { up, type Child } from "../support/mesh.ts";

const data = mkdtempSync(join(tmpdir(), "selvage-npm-"));
afterAll(() => rmSync(data, { recursive: true, force: true }));

const start = (port: string): Promise<Child> =>
  up(["--port", port, "--data", data], ["npm", "run", "-s", "selvage", "--"]);
const pidIn = (file: string): number => {
  const text = readFileSync(join(data, file), "utf8");
  return file === "lock" ? Number(/"pid":(\d+)/.exec(text)?.[1]) : Number(text);
};
describe.runIf(process.platform === "linux")("under npm", () => {
  it("ends with npm when npm is killed, at once, and can be started again on the same port and data", async () => {
    const first = await start("0");
    const [mesh, workerd] = [pidIn("lock"), pidIn("run/workerd.pid")];
    const gone = once(first.child, "exit");
    first.child.kill("SIGKILL");
    await gone;
    const second = await start(new URL(first.url).port);
    expect([isRunning(mesh), isRunning(workerd)]).toEqual([false, false]);
    expect(second.url).toBe(first.url);
    expect((await fetch(`${second.url}/_selvage/healthz`)).status).toBe(200);
    const followers = [pidIn("lock"), pidIn("run/workerd.pid")];
    second.child.kill("SIGTERM");
    for (const pid of [second.child.pid ?? 0, ...followers]) {
      await expect.poll(() => isRunning(pid)).toBe(false);
    }
    await expect(fetch(second.url)).rejects.toThrow();
  });
});
