// `selvage up`: a local mesh in the foreground, until a signal (or the end of npm) stops it.
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { DEFAULT_SERVER } from "../session/connection.ts";
import { startDemo, type Demo } from "../demo/demo.ts";
import { exitCodes, type ExitCode } from "../session/exit-code.ts";
import { keepAdminToken } from "../session/admin-token.ts";
import { watchNpm } from "./npm-watch.ts";
import { startLocalMesh, type LocalMesh } from "./local-mesh.ts";
import { makePrivate } from "./private-data.ts";
import type { Terminal } from "../session/terminal.ts";

export interface UpOptions {
  /** 0 = any free one. */
  readonly port: number;
  readonly host: string;
  readonly data: string;
  readonly demo: boolean;
  readonly adminToken?: string | undefined;
  readonly edges: number;
  readonly trustEntry: boolean;
  readonly meshDomain?: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
}

/** Resolves when the mesh has stopped. stdout carries one line, `ready <url>`. */
export async function up(options: UpOptions, terminal: Terminal): Promise<ExitCode> {
  const data = resolve(options.data);
  makePrivate(data);
  writeFileSync(join(data, ".gitignore"), "*\n");
  const given = options.adminToken ?? process.env.SELVAGE_ADMIN_TOKEN;
  const token = keepAdminToken(data, given === "" ? undefined : given);
  const ending = waitForEnd();
  const started = await startLocalMesh({
    ...options,
    data,
    adminToken: token,
    meshDomain: options.meshDomain ?? null,
    log: (line) => terminal.err(line),
  });
  if (!started.ok) {
    terminal.err(`${terminal.paint("red", "Error", "err")}: ${started.message}`);
    return started.exitCode;
  }
  const { mesh } = started;
  const stopping = new AbortController();
  void ending.then(() => stopping.abort());
  const demo = options.demo
    ? await startDemo({
        url: mesh.url,
        token,
        dataDir: data,
        signal: stopping.signal,
        log: (line) => terminal.err(line),
      })
    : null;
  announce(mesh, data, demo, terminal);
  terminal.out(`ready ${mesh.url}`);
  await ending;
  terminal.err("stopping: requests under way have 30 s to end; another signal ends them");
  await demo?.stop();
  await mesh.stop();
  return exitCodes.ok;
}

function announce(mesh: LocalMesh, data: string, demo: Demo | null, terminal: Terminal): void {
  mesh.urls.slice(1).forEach((url, index) => terminal.err(`edge ${index + 2}: ${url}`));
  terminal.err(`data: ${data}`);
  terminal.err(`admin token: in ${join(data, "admin-token")}`);
  const variables = [
    mesh.url === DEFAULT_SERVER ? "" : `SELVAGE_URL=${mesh.url}`,
    data === resolve(".selvage") ? "" : `SELVAGE_DATA=${data}`,
  ].filter((one) => one !== "");
  const how = variables.length === 0 ? "by themselves, in this folder" : `with: export ${variables.join(" ")}`;
  terminal.err(`commands find mesh and token ${how}`);
  for (const line of demo?.hints ?? []) terminal.err(line);
}

/** The first signal, or the end of npm, ends the mesh; a signal a second later ends the process at once. */
function waitForEnd(): Promise<void> {
  return new Promise((resolve) => {
    let askedAt: number | null = null;
    const end = (): void => {
      if (askedAt !== null) {
        // At Ctrl-C the terminal and npm may both send one: that is not impatience.
        if (performance.now() - askedAt > 1_000) process.exit(1);
        return;
      }
      askedAt = performance.now();
      stopWatching();
      resolve();
    };
    const stopWatching = watchNpm(end);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  });
}
