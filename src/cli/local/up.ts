// `selvage up`: a local mesh in the foreground, until a signal (or the end of npm) stops it.
import { sayError } from "../session/error-line.ts";
import { join, resolve } from "node:path";
import { DEFAULT_SERVER } from "../session/connection.ts";
import { startDemo, type Demo } from "../demo/demo.ts";
import { exitCodes, type ExitCode } from "../session/exit-code.ts";
import { startLocalMesh, type LocalMesh } from "./local-mesh.ts";
import { prepareData } from "./prepare-data.ts";
import { untilSignal } from "./until-signal.ts";
import type { Terminal } from "../session/terminal.ts";

export interface UpOptions {
  /** 0 = any free one. */
  readonly port: number;
  readonly host: string;
  readonly data: string;
  readonly demo: boolean;
  readonly adminToken?: string | undefined;
  readonly edges: number;
  /** Left out: every request, with the bookstore only those that failed. */
  readonly log?: "requests" | "problems" | "none";
  readonly trustEntry: boolean;
  readonly trustedHops: number;
  readonly meshDomain?: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
}

/** Resolves when the mesh has stopped. stdout carries one line, `ready <url>`. */
export async function up(options: UpOptions, terminal: Terminal): Promise<ExitCode> {
  const ending = untilSignal();
  const stopping = new AbortController();
  void ending.then(() => stopping.abort());
  const fault = (message: string): void => sayError(terminal, message);
  const data = resolve(options.data);
  const prepared = prepareData(data, options.adminToken ?? process.env.SELVAGE_ADMIN_TOKEN);
  if (!prepared.ok) {
    fault(prepared.message);
    return exitCodes.usage;
  }
  for (const warning of prepared.warnings) {
    terminal.err(warning);
  }
  const { token } = prepared;
  const started = await startLocalMesh({
    ...options,
    data,
    adminToken: token,
    meshDomain: options.meshDomain ?? null,
    requestLog: options.log ?? (options.demo ? "problems" : "requests"),
    signal: stopping.signal,
    log: (line) => terminal.err(line),
  });
  if (!started.ok) {
    if (started.exitCode !== exitCodes.ok) {
      fault(started.message);
    } else {
      terminal.err(started.message);
    }
    return started.exitCode;
  }
  const { mesh } = started;
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
  terminal.err(`dashboard: ${mesh.url}/_selvage/ui/`);
  terminal.err(`admin token: in ${join(data, "admin-token")}`);
  const variables = [
    mesh.url === DEFAULT_SERVER ? "" : `SELVAGE_URL=${mesh.url}`,
    data === resolve(".selvage") ? "" : `SELVAGE_DATA=${data}`,
  ].filter((one) => one !== "");
  const how = variables.length === 0 ? "by themselves, in this folder" : `with: export ${variables.join(" ")}`;
  terminal.err(`commands find mesh and token ${how}`);
  for (const line of demo?.hints ?? []) {
    terminal.err(line);
  }
}
