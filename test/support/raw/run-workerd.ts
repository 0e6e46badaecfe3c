// Runs a Worker on raw `workerd serve`: no miniflare in between, so the bytes on the wire are the runtime's own.
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from "../../../src/cli/local/workers.ts";

export interface RunningWorkerd {
  readonly port: number;
  readonly pid: number;
  /** What workerd wrote to stderr so far. */
  readonly log: () => string;
  readonly stop: () => Promise<void>;
}

export interface WorkerdOptions {
  /** TypeScript entry of the Worker, absolute. */
  readonly entry: string;
  /** Bindings of type json: name → value. */
  readonly json?: Readonly<Record<string, unknown>>;
  /** Bindings of type text. */
  readonly text?: Readonly<Record<string, string>>;
  /** Further Workers, bound as services by their name: name → module source. */
  readonly services?: Readonly<Record<string, string>>;
}

const flags = JSON.stringify(COMPATIBILITY_FLAGS);
const COMPATIBILITY = `compatibilityDate = "${COMPATIBILITY_DATE}", compatibilityFlags = ${flags}`;

function configText(options: WorkerdOptions): string {
  const bindings = [
    ...Object.entries(options.json ?? {}).map(
      ([name, value]) => `(name = "${name}", json = ${quote(JSON.stringify(value))})`,
    ),
    ...Object.entries(options.text ?? {}).map(([name, value]) => `(name = "${name}", text = ${quote(value)})`),
    ...Object.keys(options.services ?? {}).map((name) => `(name = "${name}", service = "${name}")`),
  ];
  const services = Object.keys(options.services ?? {}).map(
    (name) =>
      `(name = "${name}", worker = (modules = [(name = "${name}.js", esModule = embed "${name}.js")], ${COMPATIBILITY}))`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (modules = [(name = "worker.js", esModule = embed "worker.js")], bindings = [${bindings.join(", ")}], ${COMPATIBILITY})),
    (name = "internet", network = (allow = ["public", "private"])),
    ${services.join(",\n    ")}
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);`;
}

/** Cap'n Proto's text literals escape as C's do. */
function quote(text: string): string {
  return JSON.stringify(text);
}

export async function runWorkerd(options: WorkerdOptions): Promise<RunningWorkerd> {
  const directory = await mkdtemp(join(tmpdir(), "selvage-workerd-"));
  await build({
    entryPoints: [options.entry],
    outfile: join(directory, "worker.js"),
    bundle: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd"],
    external: ["cloudflare:*"],
    logLevel: "error",
  });
  for (const [name, source] of Object.entries(options.services ?? {})) {
    await writeFile(join(directory, `${name}.js`), source);
  }
  await writeFile(join(directory, "config.capnp"), configText(options));
  const binary = createRequire(import.meta.url).resolve("workerd/bin/workerd");
  const child = spawn(binary, ["serve", "--control-fd=3", "config.capnp"], {
    cwd: directory,
    stdio: ["ignore", "inherit", "pipe", "pipe"],
  });
  let log = "";
  child.stderr?.on("data", (chunk: Buffer) => (log += chunk.toString("utf8")));
  const port = await listening(child.stdio[3], () => log);
  return {
    port,
    pid: child.pid ?? 0,
    log: () => log,
    stop: async () => {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      // SIGTERM would wait for every open connection, WebSockets included.
      child.kill("SIGKILL");
      await gone;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** workerd tells on its control pipe which port it was given. */
function listening(control: unknown, log: () => string): Promise<number> {
  const pipe = control as NodeJS.ReadableStream;
  return new Promise((resolve, reject) => {
    let text = "";
    pipe.on("data", (chunk: Buffer) => {
      text += chunk.toString("utf8");
      const found = /"event":"listen"[^}]*"port":(\d+)/.exec(text);
      if (found) {
        resolve(Number(found[1]));
      }
    });
    pipe.on("end", () => reject(new Error(`workerd did not start: ${log()}`)));
  });
}
