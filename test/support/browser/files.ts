// The dashboard's files beside the command that journeys call: built once, by whichever of them needs them first.
import { execFileSync } from "node:child_process";
import { existsSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { COMMAND } from "../packed.ts";

const program = new URL("../../../src/cli/dashboard/build-dashboard.ts", import.meta.url).pathname;

/** @returns their folder */
export function builtDashboard(): string {
  const command = process.env[COMMAND];
  if (command === undefined) {
    throw new Error("the files are beside the packed command, and there is none: run journeys by vitest");
  }
  const folder = join(dirname(command), "..", "dashboard");
  if (!existsSync(folder)) {
    const own = `${folder}-${process.pid}`;
    execFileSync(process.execPath, [program, own]);
    try {
      renameSync(own, folder);
    } catch {
      // Another journey was quicker.
      rmSync(own, { recursive: true, force: true });
    }
  }
  return folder;
}
