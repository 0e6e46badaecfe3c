// A program that stands for workerd, started as miniflare starts it, by a process that is killed.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { isRunning } from "../../support/is-running.ts";

const watchdog = new URL("../../../src/cli/local/workerd-watchdog.ts", import.meta.url).href;

/** Starts the watchdog and, through its wrapper, the program; says the program's pid. */
const OWNER = `
import { spawn } from "node:child_process";
import { startWatchdog } from ${JSON.stringify(watchdog)};
const { environment } = startWatchdog(process.env.FOLDER);
const env = { ...process.env, ...environment, SELVAGE_WORKERD: process.env.PROGRAM };
spawn(process.env.MINIFLARE_WORKERD_PATH, [], { env, stdio: ["ignore", "inherit", "inherit"] });
setInterval(() => undefined, 1000);
`;

it.skipIf(process.platform === "win32").each([
  ["stays", false],
  ["is removed at the same moment", true],
])("ends with the process that started it, whose folder %s", async (_, isRemoved) => {
  const scratch = mkdtempSync(join(tmpdir(), "selvage-watchdog-"));
  const folder = mkdtempSync(join(scratch, "run-"));
  const program = join(scratch, "workerd");
  writeFileSync(program, "#!/bin/sh\necho $$\nwhile :; do sleep 1; done\n", { mode: 0o700 });
  const owner = spawn(process.execPath, ["--input-type=module", "-e", OWNER], {
    env: { ...process.env, FOLDER: folder, PROGRAM: program },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = await once(owner.stdout.setEncoding("utf8"), "data");
  const pid = Number(said);
  expect(isRunning(pid)).toBe(true);
  owner.kill("SIGKILL");
  if (isRemoved) {
    rmSync(folder, { recursive: true });
  }
  await expect.poll(() => isRunning(pid), { timeout: 20_000 }).toBe(false);
  rmSync(scratch, { recursive: true, force: true });
});
