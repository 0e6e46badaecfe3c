// Child processes of a benchmark: started here, ended here by their own id, and never left behind.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import type { Job, Result } from "./load.ts";

const running = new Set<ChildProcess>();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));
// A signal ends a process without that.
process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));

/** Keeps a child until it is stopped or this process ends. */
export function keep(child: ChildProcess): ChildProcess {
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), 2000);
  await gone;
  clearTimeout(late);
}

const file = (name: string): string => new URL(name, import.meta.url).pathname;

/** Starts the service that every variant forwards to. */
export async function startUpstream(): Promise<{ port: number; stop: () => Promise<void> }> {
  const child = spawn(process.execPath, [file("upstream.ts")], { stdio: ["ignore", "pipe", "inherit"] });
  keep(child);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { port: Number(line.toString()), stop: () => stop(child) };
}

/** Runs one load in a process of its own. Throws when an answer was not 2xx: such a figure would mean nothing. */
export async function runLoad(job: Job): Promise<Result[]> {
  const child = spawn(process.execPath, [file("load.ts")], { stdio: ["pipe", "pipe", "inherit"] });
  keep(child);
  child.stdin.end(JSON.stringify(job));
  const output = await text(child.stdout);
  if (output === "") {
    throw new Error("the load generator failed");
  }
  const results = JSON.parse(output) as Result[];
  for (const [at, { unexpected }] of results.entries()) {
    const bad = Object.entries(unexpected).map(([status, times]) => `${times} × ${status}`);
    if (bad.length > 0) {
      throw new Error(`port ${job.targets[at]?.port} gave unexpected answers: ${bad.join(", ")}`);
    }
  }
  return results;
}
