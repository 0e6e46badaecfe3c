// Which share of a process's CPU is spent inside the isolate's lock, where JavaScript runs and a deployed Worker's bill
// begins: stacks, as Linux's `perf` samples them, that hold the runtime's scope of that lock.
import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

/** The function of workerd in which everything is done that needs the lock (`jsg::runInV8Stack`). */
const SCOPE = "runInV8StackImpl";
const HERTZ = 4000;

/** null = `perf` is there and may look at what this user runs; else why not. */
export function whyNoPerf(): string | null {
  try {
    execFileSync("perf", ["record", "-q", "-e", "cpu-clock", "-o", "/dev/null", "--", "true"], { stdio: "pipe" });
    return null;
  } catch (error) {
    return `perf cannot be used: ${error instanceof Error ? error.message.split("\n", 1)[0] : String(error)}`;
  }
}

/** Between 0 and 1, of all samples within so many milliseconds from now. */
export async function lockShare(pids: readonly number[], ms: number): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), "selvage-perf-"));
  try {
    const file = join(dir, "perf.data");
    const how = ["-q", "-e", "cpu-clock", "-F", String(HERTZ), "-g", "-p", pids.join(), "-o", file];
    await promisify(execFile)("perf", ["record", ...how, "--", "sleep", String(ms / 1000)]);
    const script = spawn("perf", ["script", "-i", file, "-F", "ip,sym"], { stdio: ["ignore", "pipe", "ignore"] });
    return await shareOf(createInterface({ input: script.stdout }), SCOPE);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The share of stacks that hold a frame of that name. A stack is a block of lines; an empty line ends it. */
export async function shareOf(lines: AsyncIterable<string> | Iterable<string>, frame: string): Promise<number> {
  let stacks = 0;
  let within = 0;
  let isOpen = false;
  let isWithin = false;
  const end = (): void => {
    stacks += isOpen ? 1 : 0;
    within += isWithin ? 1 : 0;
    isOpen = false;
    isWithin = false;
  };
  for await (const line of lines) {
    if (line.trim() === "") {
      end();
    } else {
      isOpen = true;
      isWithin ||= line.includes(frame);
    }
  }
  end();
  return stacks === 0 ? 0 : within / stacks;
}
