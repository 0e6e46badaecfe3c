// One service of the demo as a child process: started in its own language or, when that cannot be had here, as its
// Node twin. A child ends when its standard input closes, so that none outlives this process, however it ends.
import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

export type Language = "node" | "python" | "perl";

export interface DemoService {
  readonly service: string;
  readonly version: string;
  /** Below the bookstore's folder. */
  readonly program: string;
  readonly language: Language;
  /** The same service in Node; null when `program` is in Node already. */
  readonly twin: string | null;
  /** Further variables that the program is told. */
  readonly variables?: Readonly<Record<string, string>>;
}

export interface Surroundings {
  /** The bookstore's folder. */
  readonly folder: string;
  /** Where the services' standard error goes, one file each. */
  readonly logs: string;
  /** The mesh, as the services call it. */
  readonly url: string;
  /** Command of each language. */
  readonly commands: Readonly<Record<Language, string>>;
  /** How long a service may take until it listens, ms. */
  readonly patienceMs: number;
  /** Of the log, where it is not the service and its version. */
  readonly logName?: string;
}

export interface Running {
  readonly service: string;
  readonly version: string;
  readonly language: Language;
  /** Why it runs as its Node twin; null when it does not. */
  readonly substitute: string | null;
  readonly url: string;
  readonly pid: number;
  readonly log: string;
  /** Fulfilled when the process has ended, with the way it did. */
  readonly ended: Promise<string>;
  /** Writes a line to its standard input. */
  tell(line: string): void;
  /** Closes its standard input, waits, and kills it when that did not help. */
  stop(): Promise<void>;
}

type Started = { readonly ok: true; readonly running: Running } | { readonly ok: false; readonly reason: string };

const STOP_PATIENCE_MS = 2_000;

/** Answers the running service, or why neither the program nor its twin could be started. */
export async function startService(wanted: DemoService, around: Surroundings): Promise<Started> {
  const first = await start(wanted, wanted.language, wanted.program, null, around);
  if (first.ok || wanted.twin === null) {
    return first;
  }
  return start(wanted, "node", wanted.twin, first.reason, around);
}

async function start(
  wanted: DemoService,
  language: Language,
  program: string,
  substitute: string | null,
  around: Surroundings,
): Promise<Started> {
  const { service, version } = wanted;
  const command = around.commands[language];
  mkdirSync(around.logs, { recursive: true });
  const log = join(around.logs, `${around.logName ?? `${service}-${version}`}.log`);
  const file = openSync(log, "a");
  const stdio: StdioOptions = ["pipe", "pipe", file];
  const child = spawn(command, [join(around.folder, program)], {
    stdio,
    env: { ...environment(version, around.url), ...wanted.variables },
    // A session of its own: Ctrl-C in the terminal is for the mesh, which then stops its services in order.
    detached: process.platform !== "win32",
  });
  closeSync(file);
  const ended = endOf(child, command);
  const port = await Promise.race([portOf(child), ended, later(around.patienceMs)]);
  if (typeof port !== "number" || child.pid === undefined) {
    child.kill("SIGKILL");
    return { ok: false, reason: port === null ? `${command} did not listen in time` : String(port) };
  }
  return {
    ok: true,
    running: {
      service,
      version,
      language,
      substitute,
      url: `http://127.0.0.1:${port}`,
      pid: child.pid,
      log,
      ended,
      tell: (line) => void child.stdin?.write(`${line}\n`),
      stop: () => stop(child, ended),
    },
  };
}

/** What a service is told. The operator's token is nothing that a service needs. */
function environment(version: string, url: string): NodeJS.ProcessEnv {
  const { SELVAGE_TOKEN: _token, SELVAGE_ADMIN_TOKEN: _adminToken, ...inherited } = process.env;
  return {
    ...inherited,
    PORT: "0",
    SELVAGE_URL: url,
    SERVICE_VERSION: version,
    STOP_WITH_STDIN: "1",
    PYTHONDONTWRITEBYTECODE: "1",
  };
}

function endOf(child: ChildProcess, command: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  child.on("error", (error: NodeJS.ErrnoException) =>
    resolve(error.code === "ENOENT" ? `${command} not found` : `${command}: ${error.message}`),
  );
  child.on("exit", (code, signal) => resolve(`${command} ended with ${signal ?? `code ${code}`}`));
  // The pipe breaks when the child goes first; there is nothing to say to it any more.
  child.stdin?.on("error", () => undefined);
  return promise;
}

/** The port from the line `listening <port>`; pending for ever when there is none. */
function portOf(child: ChildProcess): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  if (child.stdout) {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const port = /^listening (\d+)$/.exec(line)?.[1];
      if (port !== undefined) {
        resolve(Number(port));
      }
    });
  }
  return promise;
}

function later(delayMs: number): Promise<null> {
  const { promise, resolve } = Promise.withResolvers<null>();
  setTimeout(() => resolve(null), delayMs).unref();
  return promise;
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  child.stdin?.end();
  if ((await Promise.race([ended, later(STOP_PATIENCE_MS)])) !== null) {
    return;
  }
  child.kill("SIGKILL");
  await ended;
}
