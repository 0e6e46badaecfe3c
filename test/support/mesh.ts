// A whole mesh for journeys: `selvage up` as a child process, on free ports, with data of its own.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createClient, type ApiClient } from "../../src/cli/session/client.ts";
import { COMMAND, copyPreparedData } from "./packed.ts";
import { freePorts } from "./ports.ts";

export interface MeshOptions {
  /** Isolates that serve traffic; default 1. */
  readonly edges?: number;
  readonly trustEntry?: boolean;
  /** The most file descriptors that it and its runtime may have; default: as many as this process. */
  readonly descriptors?: number;
  /** Further arguments of `selvage up`. */
  readonly args?: readonly string[];
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TestMesh {
  /** The first edge. */
  readonly url: string;
  /** Every edge. */
  readonly urls: readonly string[];
  readonly token: string;
  readonly data: string;
  /** The admin API, as the bootstrap operator. */
  readonly client: ApiClient;
  /** Process id of `selvage up`. */
  readonly pid: number;
  /** Process id of its workerd. */
  workerdPid(): number;
  /** What it has said on stderr. */
  log(): string;
  /** Runs the command against this mesh; `input` is its standard input. */
  cli(args: readonly string[], input?: string): Promise<CommandResult>;
  /** Starts the command against this mesh, for what stays in the foreground. */
  spawn(args: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<CommandResult> };
  /** SIGKILL to `selvage up`, and nothing else. */
  kill9(): Promise<void>;
  /** Starts it again on the same ports and data. */
  restart(): Promise<void>;
  /** SIGTERM; answers the exit code. Data are removed. */
  stop(): Promise<number | null>;
}

/** In a test run, the one that was bundled for it. */
const MAIN = process.env[COMMAND] ?? new URL("../../src/cli/main.ts", import.meta.url).pathname;
const PROGRAM = [process.execPath, MAIN];
const READY_MS = 150_000;

const limitedTo = (descriptors: number): string[] => ["/bin/sh", "-c", `ulimit -n ${descriptors}; exec "$@"`, "sh"];

/** Starts one and answers when it is ready. */
export async function startMesh(options: MeshOptions = {}): Promise<TestMesh> {
  const data = mkdtempSync(join(tmpdir(), "selvage-mesh-"));
  copyPreparedData(data);
  const token = "journey-admin-token";
  const edges = options.edges ?? 1;
  const start = (port: number): Promise<Child> => {
    const args = ["--port", String(port), "--edges", String(edges), "--data", data, "--admin-token", token];
    const all = [...args, ...(options.trustEntry === true ? ["--trust-entry"] : []), ...(options.args ?? [])];
    const { descriptors } = options;
    return descriptors === undefined ? up(all) : up(all, [...limitedTo(descriptors), ...PROGRAM]);
  };
  let running = await start(await freePorts(edges));
  const { url } = running;
  const port = Number(new URL(url).port);
  const urls = Array.from({ length: edges }, (_, index) => `http://127.0.0.1:${port + index}`);
  return {
    url,
    urls,
    token,
    data,
    client: createClient({ server: url, token, timeoutMs: 30_000 }),
    get pid() {
      return running.child.pid ?? 0;
    },
    workerdPid: () => Number(readFileSync(join(data, "run", "workerd.pid"), "utf8")),
    log: () => running.stderr.join("\n"),
    cli: (args, input) => command(args, { SELVAGE_URL: url, SELVAGE_TOKEN: token }, input),
    spawn: (args) => spawnCommand(args, { SELVAGE_URL: url, SELVAGE_TOKEN: token, SELVAGE_DATA: data }),
    kill9: async () => {
      const exited = once(running.child, "exit");
      running.child.kill("SIGKILL");
      await exited;
    },
    restart: async () => {
      running = await start(port);
    },
    stop: async () => {
      const { child } = running;
      if (child.exitCode === null && child.signalCode === null) {
        const exited = once(child, "exit");
        child.kill("SIGTERM");
        await exited;
      }
      rmSync(data, { recursive: true, force: true });
      return child.exitCode;
    },
  };
}

export interface Child {
  readonly child: ChildProcess;
  readonly url: string;
  readonly stderr: readonly string[];
}

/** The environment without anything that would point the command at another mesh. */
const environment = (more: Readonly<Record<string, string>>): NodeJS.ProcessEnv => {
  const kept = Object.entries(process.env).filter(([name]) => !/^(SELVAGE_|npm_|VITEST)/.test(name));
  return { ...Object.fromEntries(kept), NO_COLOR: "1", ...more };
};

/** Starts `selvage up` with these arguments and waits until it is ready; `by` is what runs the command. */
export async function up(args: readonly string[], by: readonly string[] = PROGRAM): Promise<Child> {
  const [program = "", ...before] = by;
  const child = spawn(program, [...before, "up", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    // A process group of its own, as from a terminal.
    detached: true,
    // A test that is killed leaves no mesh behind.
    env: environment({ SELVAGE_WITH_PARENT: "true" }),
    cwd: new URL("../..", import.meta.url).pathname,
  });
  const stderr: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => stderr.push(line));
  const said = createInterface({ input: child.stdout });
  const timer = setTimeout(() => child.kill("SIGKILL"), READY_MS);
  try {
    const [line] = await Promise.race([once(said, "line"), once(child, "exit").then(() => [null])]);
    const url = /^ready (http:\/\/\S+)$/.exec(String(line))?.[1];
    if (url === undefined) {
      throw new Error(`selvage up did not get ready:\n${stderr.join("\n")}`);
    }
    return { child, url, stderr };
  } finally {
    clearTimeout(timer);
  }
}

/** Runs `selvage <args>` to its end. */
export async function command(
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
  input = "",
): Promise<CommandResult> {
  const { child, ended } = spawnCommand(args, variables);
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(input);
  return ended;
}

function spawnCommand(args: readonly string[], variables: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [MAIN, ...args], { env: environment(variables) });
  const chunks = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (chunks.stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (chunks.stderr += chunk));
  const ended = once(child, "close").then(([code]) => ({ code: typeof code === "number" ? code : -1, ...chunks }));
  return { child, ended };
}
