// Starts a raw `workerd serve` from a description: the runtime itself, without wrangler, miniflare or their shims.
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { COMPATIBILITY_DATE, COMPATIBILITY_FLAGS } from "../src/cli/local/workers.ts";
import { keep, stop } from "./load/children.ts";

export interface WorkerdWorker {
  readonly name: string;
  readonly code: string;
  /** Text bindings. */
  readonly vars?: Readonly<Record<string, string>>;
  /** Bindings in workerd's own configuration language, e.g. `(name = "MESH", durableObjectNamespace = "Mesh")`. */
  readonly bindings?: readonly string[];
  /** SQLite-backed Durable Object classes. */
  readonly classes?: readonly string[];
  /** Entrypoints listened on, `default` for the default one: each gets a port. */
  readonly listen: readonly string[];
}

export interface Workerd {
  readonly pid: number;
  /** By `<worker>/<entrypoint>`. */
  readonly ports: Readonly<Record<string, number>>;
  readonly stop: () => Promise<void>;
}

const binary: string = join(createRequire(import.meta.url).resolve("workerd/package.json"), "../bin/workerd");

/** The capnp text of a configuration. Code is embedded from `<name>.js` beside it. */
export function configuration(workers: readonly WorkerdWorker[]): string {
  const quoted = (value: string): string => JSON.stringify(value);
  const services = workers.map(({ name }) => `(name = ${quoted(name)}, worker = .${name})`);
  const sockets = workers.flatMap(({ name, listen }) =>
    listen.map((entry) => {
      const service = entry === "default" ? quoted(name) : `(name = ${quoted(name)}, entrypoint = ${quoted(entry)})`;
      return `(name = ${quoted(`${name}/${entry}`)}, address = "127.0.0.1:0", http = (), service = ${service})`;
    }),
  );
  const constants = workers.map(({ name, vars = {}, bindings = [], classes = [] }) => {
    const all = [
      ...Object.entries(vars).map(([key, value]) => `(name = ${quoted(key)}, text = ${quoted(value)})`),
      ...bindings,
    ];
    const namespaces = classes.map((one) => `(className = "${one}", uniqueKey = "${name}-${one}", enableSql = true)`);
    return [
      `const ${name} :Workerd.Worker = (`,
      `  modules = [(name = "${name}.js", esModule = embed "${name}.js")],`,
      `  compatibilityDate = "${COMPATIBILITY_DATE}",`,
      `  compatibilityFlags = ${JSON.stringify(COMPATIBILITY_FLAGS)},`,
      `  globalOutbound = "internet",`,
      `  bindings = [${all.join(", ")}],`,
      `  durableObjectNamespaces = [${namespaces.join(", ")}],`,
      `  durableObjectStorage = (localDisk = "objects")`,
      `);`,
    ].join("\n");
  });
  return [
    'using Workerd = import "/workerd/workerd.capnp";',
    `const config :Workerd.Config = (`,
    `  services = [`,
    `    (name = "internet", network = (allow = ["public", "private"])),`,
    `    (name = "objects", disk = (path = "objects", writable = true)),`,
    `    ${services.join(",\n    ")}`,
    `  ],`,
    `  sockets = [${sockets.join(", ")}]`,
    `);`,
    ...constants,
    "",
  ].join("\n");
}

/** Writes code and configuration below `dir`, starts workerd there and waits until every socket listens. */
export async function startWorkerd(dir: string, workers: readonly WorkerdWorker[]): Promise<Workerd> {
  mkdirSync(join(dir, "objects"), { recursive: true });
  for (const { name, code } of workers) {
    writeFileSync(join(dir, `${name}.js`), code);
  }
  writeFileSync(join(dir, "config.capnp"), configuration(workers));
  const child = spawn(binary, ["serve", "--experimental", "--control-fd=3", "config.capnp"], {
    cwd: dir,
    stdio: ["ignore", "inherit", "pipe", "pipe"],
  });
  keep(child);
  const wanted = workers.flatMap(({ name, listen }) => listen.map((entry) => `${name}/${entry}`));
  const errors = text(child.stderr as Readable);
  const ports = await listening(child.stdio[3] as Readable, wanted);
  if (ports === null || child.pid === undefined) {
    throw new Error(`workerd did not start:\n${await errors}`);
  }
  return { pid: child.pid, ports, stop: () => stop(child) };
}

/** Reads workerd's control messages until all wanted sockets have a port; null when it ends before. */
async function listening(control: Readable, wanted: readonly string[]): Promise<Record<string, number> | null> {
  const ports: Record<string, number> = {};
  let held = "";
  for await (const chunk of control) {
    const lines = (held + String(chunk)).split("\n");
    held = lines.pop() ?? "";
    for (const line of lines) {
      const message = JSON.parse(line) as { event: string; socket?: string; port?: number };
      if (message.event === "listen" && message.socket !== undefined) {
        ports[message.socket] = message.port ?? 0;
      }
    }
    if (wanted.every((name) => name in ports)) {
      return ports;
    }
  }
  return null;
}
