// A whole mesh in this process and its workerd: data folder, lock, watchdog, migrations, N edges. Says nothing on the
// terminal and handles no signals: that is `selvage up`.
import { mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Log, LogLevel, Miniflare, type MiniflareOptions } from "miniflare";
import { exitCodes, type ExitCode } from "../session/exit-code.ts";
import { dashboardFiles } from "../dashboard/dashboard-files.ts";
import { isLoopback } from "../session/connection.ts";
import { bundleWorker } from "./bundle-worker.ts";
import { connectionBound, descriptorLimit, startFront, type Front } from "./front.ts";
import { lockData } from "./data-lock.ts";
import { migrate, noteApplied, wereApplied } from "./migrate.ts";
import { findPorts } from "./ports.ts";
import { CRON, edgeName, MAIN_WORKER, workers, type EdgeOptions } from "./workers.ts";
import { startWatchdog } from "./workerd-watchdog.ts";
import { STOPPING } from "../../model/word/stopping.ts";
import { packageRoot } from "../session/package-root.ts";

interface LocalMeshOptions extends Omit<EdgeOptions, "assets"> {
  /** Folder of everything that outlives the process; made when it does not exist. */
  readonly data: string;
  /** One line that the Worker or its runtime logged. */
  readonly log: (line: string) => void;
  /** Gives up starting when aborted; a mesh that has started is ended by its `stop`. */
  readonly signal?: AbortSignal;
}

export interface LocalMesh {
  /** The first edge. */
  readonly url: string;
  /** Every edge. */
  readonly urls: readonly string[];
  stop(): Promise<void>;
}

type StartedMesh =
  | { readonly ok: true; readonly mesh: LocalMesh }
  | { readonly ok: false; readonly exitCode: ExitCode; readonly message: string };

/** How long a mesh on the same data may take to end before it counts as running. */
const LOCK_PATIENCE_MS = 3_000;
const READY_TIMEOUT_MS = 60_000;
/** How often each edge is asked about itself. */
const AWAKE_MS = 1_000;
/** How long edges may take to hear that the mesh stops. */
const TELL_MS = 2_000;
/** How long requests that are under way may go on once the mesh was told to stop. */
const DRAIN_MS = 30_000;

/**
 * Starts a mesh and answers once every edge does. `port` 0 finds free ones. Whatever stands in its way is answered, not
 * thrown.
 */
export async function startLocalMesh(options: LocalMeshOptions): Promise<StartedMesh> {
  const undo: (() => void | Promise<void>)[] = [];
  const failed = async (exitCode: ExitCode, message: string): Promise<StartedMesh> => {
    // Ctrl-C reaches the children too, and what they say of it may be heard before the signal is.
    await sleep(options.signal === undefined ? 0 : 100);
    for (const step of undo.toReversed()) {
      await step();
    }
    // What fails because it was interrupted is not worth a word.
    if (options.signal?.aborted === true) {
      return { ok: false, exitCode: exitCodes.ok, message: "stopped before it was ready" };
    }
    return { ok: false, exitCode, message };
  };
  try {
    return await start(options, undo, failed);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return failed(exitCodes.unavailable, `the mesh did not start: ${reason}`);
  }
}

async function start(
  options: LocalMeshOptions,
  undo: (() => void | Promise<void>)[],
  failed: (exitCode: ExitCode, message: string) => Promise<StartedMesh>,
): Promise<StartedMesh> {
  const goOn = (): void => options.signal?.throwIfAborted();
  const data = resolve(options.data);
  const locked = await lockData(data, urlOf(options.host, options.port), LOCK_PATIENCE_MS);
  if (!locked.ok) {
    const { pid, url } = locked.owner;
    const message = `the data in ${data} are used by another mesh (process ${pid}, ${url}); stop it, or give --data`;
    return failed(exitCodes.conflict, message);
  }
  undo.push(() => locked.release());
  const ports = await findPorts(options.host, options.port, options.edges);
  if (!ports.ok) {
    return failed(exitCodes.unavailable, ports.message);
  }
  const bound = isLoopback(`http://${options.host}`) ? connectionBound(descriptorLimit(), options.edges) : null;
  const inner = bound === null ? null : await findPorts(options.host, 0, options.edges);
  if (inner !== null && !inner.ok) {
    return failed(exitCodes.unavailable, inner.message);
  }
  const run = join(data, "run");
  rmSync(join(run, "tmp"), { recursive: true, force: true });
  mkdirSync(join(run, "tmp"), { recursive: true, mode: 0o700 });
  // miniflare keeps its scratch files in the temporary folder, and leaves them there when it is killed.
  process.env.TMPDIR = join(run, "tmp");
  process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";
  const script = await bundleWorker(packageRoot());
  goOn();
  const watchdog = startWatchdog(run);
  undo.push(() => watchdog.dismiss());
  let stopping = false;
  // A runtime that ends because it was told to is taken for one that crashed.
  const say = explained((line) => stopping || options.signal?.aborted === true || options.log(line));
  const urls = Array.from({ length: options.edges }, (_, index) => urlOf(options.host, ports.first + index));
  const assets = dashboardFiles(packageRoot(), options.log);
  const settings = (listening: boolean): MiniflareOptions => ({
    ...runtime(data, watchdog.environment, say),
    workers: workers(script, { ...options, port: ports.first, innerPort: inner?.first, assets }, listening),
  });
  const migrations = join(packageRoot(), "migrations");
  // Nobody reaches the edges before the registry has its tables. Starting again takes time, so only where some are
  // missing.
  const prepared = await wereApplied(data, migrations);
  const miniflare = launch(settings(prepared));
  undo.push(() => miniflare.dispose());
  await miniflare.ready;
  goOn();
  await migrate(await miniflare.getD1Database("DB", MAIN_WORKER), migrations);
  if (!prepared) {
    await noteApplied(data, migrations);
    await miniflare.setOptions(settings(true));
  }
  goOn();
  const { host } = options;
  const fronts: Front[] = [];
  undo.push(() => fronts.forEach((front) => front.destroy()));
  if (bound !== null && inner !== null) {
    for (let index = 0; index < options.edges; index++) {
      fronts.push(await startFront({ host, port: ports.first + index }, { host, port: inner.first + index }, bound));
    }
  }
  await Promise.all(urls.map((url) => answers(url)));
  goOn();
  // A mesh without traffic follows, too: who waits for a revision waits for every edge.
  const rouse = (): void => urls.forEach((url) => void ask(url, "readyz").catch(() => undefined));
  rouse();
  const awake = setInterval(rouse, AWAKE_MS);
  const cron = setInterval(() => void tick(miniflare, options.log), 60_000);
  const stop = async (): Promise<void> => {
    stopping = true;
    clearInterval(cron);
    clearInterval(awake);
    fronts.forEach((front) => front.close());
    await tellStopping(miniflare, options.edges);
    await watchdog.drain(DRAIN_MS);
    await miniflare.dispose();
    fronts.forEach((front) => front.destroy());
    watchdog.dismiss();
    rmSync(join(run, "tmp"), { recursive: true, force: true });
    locked.release();
  };
  return { ok: true, mesh: { url: urls[0] ?? urlOf(options.host, ports.first), urls, stop } };
}

/** Says once what to do when the runtime has no file descriptors left: connections are refused, or it starts anew. */
function explained(log: (line: string) => void): (line: string) => void {
  let told = false;
  return (line) => {
    if (line.includes("Too many open files")) {
      if (!told) {
        log("the mesh has no file descriptors left for connections: raise the limit (ulimit -n)");
      }
      told = true;
    }
    log(line);
  };
}

function runtime(
  data: string,
  environment: Record<string, string>,
  log: (line: string) => void,
): Omit<MiniflareOptions, "workers"> {
  return {
    host: "127.0.0.1",
    port: 0,
    resourcePersistencePath: join(data, "v3"),
    cf: false,
    logRequests: false,
    enableDevRegistry: false,
    unsafeRuntimeEnv: environment,
    log: new LineLog(log),
    handleStructuredLogs: ({ level, message }) => log(level === "log" ? message : `${level}: ${message}`),
  };
}

function launch(settings: MiniflareOptions): Miniflare {
  const before = new Map(signals.map((signal) => [signal, process.listeners(signal)]));
  const miniflare = new Miniflare(settings);
  // miniflare would end the process with 143 at SIGTERM before anything else is told; who started us decides instead.
  for (const signal of signals) {
    for (const listener of process.listeners(signal)) {
      if (!before.get(signal)?.includes(listener)) {
        process.removeListener(signal, listener);
      }
    }
  }
  return miniflare;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** miniflare's own lines, warnings and errors only, without its colours and prefixes. */
class LineLog extends Log {
  readonly #write: (line: string) => void;

  constructor(write: (line: string) => void) {
    super(LogLevel.WARN);
    this.#write = write;
  }

  override log(message: string): void {
    this.#write(message);
  }
}

/** WebSockets end at no time by themselves. */
async function tellStopping(miniflare: Miniflare, edges: number): Promise<void> {
  const told = Array.from({ length: edges }, async (_, index) => {
    const worker = await miniflare.getWorker(edgeName(index));
    await worker.scheduled({ cron: STOPPING, scheduledTime: new Date() });
  });
  await Promise.race([Promise.allSettled(told), sleep(TELL_MS)]);
}

async function tick(miniflare: Miniflare, log: (line: string) => void): Promise<void> {
  try {
    const worker = await miniflare.getWorker(MAIN_WORKER);
    await worker.scheduled({ cron: CRON, scheduledTime: new Date() });
  } catch (error) {
    log(`the scheduled run failed: ${String(error)}`);
  }
}

async function ask(url: string, what: "healthz" | "readyz"): Promise<Response> {
  const response = await fetch(`${url}/_selvage/${what}`, { signal: AbortSignal.timeout(5_000) });
  await response.body?.cancel();
  return response;
}

/** Waits until the edge answers health checks. */
async function answers(url: string): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  let last = "no answer";
  while (performance.now() < deadline) {
    try {
      const response = await ask(url, "healthz");
      if (response.ok) {
        return;
      }
      last = `status ${response.status}`;
    } catch (error) {
      last = String(error);
    }
    await sleep(25);
  }
  throw new Error(`${url} is not healthy after ${READY_TIMEOUT_MS / 1000} s (${last})`);
}

/** Where a local caller reaches it: a wildcard address is reached on loopback. */
function urlOf(host: string, port: number): string {
  const reachable = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
}
