// The bookstore (examples/bookstore) behind a running mesh: starts its services, registers them through the admin API,
// sends them traffic, and ends all of it. It does nothing that a user of the mesh could not do by hand.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient, type ApiClient } from "../session/client.ts";
import { startService, type Language, type Running } from "./demo-process.ts";
import { applyManifests, deregister, keepAlive, registerDemo } from "./demo-registry.ts";
import { bookstore } from "./demo-services.ts";
import { startTraffic, type DemoTraffic } from "./demo-traffic.ts";
import { putScenarioBack } from "./scenario-remains.ts";
import { commandName, packageRoot } from "../session/package-root.ts";

export interface DemoOptions {
  /** The mesh, ready to answer, e.g. `http://127.0.0.1:8787`. */
  readonly url: string;
  /** An operator's token that may apply. */
  readonly token: string;
  /** The services' logs go to `<dataDir>/demo/`. */
  readonly dataDir: string;
  /** Stops the demo when aborted, also while it starts; await `stop` to know that it is over. */
  readonly signal: AbortSignal;
  /** One line of progress, or of something that went wrong. */
  readonly log: (line: string) => void;
  /** Pace of the clients: 1 = about twenty requests a second through the mesh (default), 0 = none. */
  readonly speed?: number;
  /** Commands of the languages, where they are not `python3` and `perl`. */
  readonly commands?: Partial<Record<Language, string>>;
}

export interface Demo {
  /** What was started, in the order of the table; one whose process has ended meanwhile stays in the list. */
  readonly services: readonly Running[];
  readonly traffic: DemoTraffic;
  /** What runs where and what to try, for the end of the start-up's output. */
  readonly hints: readonly string[];
  /** Takes the services out of the registry and ends their processes. Can be called more than once. */
  stop(): Promise<void>;
}

const SERVICE_PATIENCE_MS = 10_000;
const PAGE_PATIENCE_MS = 10_000;
const DEREGISTER_PATIENCE_MS = 1_000;
const CALL_TIMEOUT_MS = 10_000;

/** Fulfilled when the shop's page answers, or when it has not for ten seconds: what fails is logged, never thrown. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const client = createClient({ server: options.url, token: options.token, timeoutMs: CALL_TIMEOUT_MS });
  options.log(`demo: starting the bookstore, ${bookstore.length} services`);
  const [refused, services] = await Promise.all([applyManifests(client, bookstoreFolder()), startAll(options)]);
  if (refused !== null) {
    options.log(`demo: the mesh did not take the manifests: ${refused.message}`);
  }
  const left = await putScenarioBack(client, "left over from a demo scenario");
  for (const line of "exitCode" in left ? [left.message] : left) {
    options.log(`demo: left over from a scenario: ${line}`);
  }

  let stopping = false;
  const living = new Set<Running>();
  const watch = async (one: Running): Promise<void> => {
    const how = await one.ended;
    living.delete(one);
    if (!stopping) {
      options.log(`demo: ${one.service} ${one.version} is gone: ${how} (log: ${one.log})`);
    }
  };
  await Promise.all(
    services.map(async (one) => {
      void watch(one);
      const failure = await registerDemo(client, one);
      if (failure === null) {
        living.add(one);
      } else {
        options.log(`demo: ${one.service} ${one.version} is not registered: ${failure.message}`);
      }
    }),
  );
  const stopHeartbeats = keepAlive(client, () => [...living]);
  const traffic = startTraffic(options.url, options.speed ?? 1);

  const end = async (): Promise<void> => {
    stopping = true;
    stopHeartbeats();
    traffic.stop();
    await deregisterAll(client, [...living]);
    await Promise.all(services.map((one) => one.stop()));
  };
  let ended: Promise<void> | undefined;
  const stop = (): Promise<void> => (ended ??= end());
  options.signal.addEventListener("abort", () => void stop(), { once: true });
  if (options.signal.aborted) {
    await stop();
  } else {
    await awaitPage(options);
  }
  return { services, traffic, hints: summary(options.url, services), stop };
}

const bookstoreFolder = (): string => join(packageRoot(), "examples", "bookstore");

async function startAll(options: DemoOptions): Promise<readonly Running[]> {
  const around = {
    folder: bookstoreFolder(),
    logs: join(options.dataDir, "demo"),
    url: options.url,
    commands: { node: process.execPath, python: "python3", perl: "perl", ...options.commands },
    patienceMs: SERVICE_PATIENCE_MS,
  };
  const started = await Promise.all(
    bookstore.map(async (wanted) => {
      const result = await startService(wanted, around);
      if (result.ok) {
        return result.running;
      }
      options.log(`demo: ${wanted.service} ${wanted.version} could not be started: ${result.reason}`);
      return null;
    }),
  );
  return started.filter((one) => one !== null);
}

/** Leases would end by themselves; a mesh that is on its way out is not waited for. */
async function deregisterAll(client: ApiClient, living: readonly Running[]): Promise<void> {
  const all = Promise.all(living.map((one) => deregister(client, one)));
  await Promise.race([all, sleep(DEREGISTER_PATIENCE_MS, undefined, { ref: false })]);
}

/** The isolates of the mesh learn of new documents and endpoints within two seconds. */
async function awaitPage({ url, signal, log }: DemoOptions): Promise<void> {
  const deadline = performance.now() + PAGE_PATIENCE_MS;
  for (;;) {
    const seen = await page(url);
    if (seen === "complete" || signal.aborted) {
      return;
    }
    if (performance.now() > deadline) {
      return log(`demo: the shop's page ${seen}`);
    }
    await sleep(100);
  }
}

async function page(url: string): Promise<string> {
  try {
    const response = await fetch(`${url}/svc/storefront/`, { signal: AbortSignal.timeout(5_000) });
    const text = await response.text();
    if (response.status !== 200) {
      return `answers ${response.status}`;
    }
    return text.includes('class="down"') ? "shows parts that are not available" : "complete";
  } catch (error) {
    return `does not answer: ${String(error)}`;
  }
}

function summary(url: string, services: readonly Running[]): readonly string[] {
  if (services.length === 0) {
    return [];
  }
  const table = services.map((one) => {
    const name = `${one.service} ${one.version}`.padEnd(20);
    const why = one.substitute === null ? "" : `, the Node twin: ${one.substitute}`;
    return `  ${name} ${one.url}  pid ${one.pid}  ${one.language}${why}`;
  });
  const expendable = services.find((one) => one.service === "recommendations");
  return [
    "bookstore: about 20 requests a second through the mesh",
    ...table,
    `  page                 ${url}/svc/storefront/`,
    "try, in another terminal:",
    `  curl -i ${url}/svc/reviews/books/kokoro     # x-served-by: v1 or v2, four to one`,
    `  ${commandName()} get endpoints`,
    ...(expendable ? [`  kill ${expendable.pid}     # the page goes on without recommendations`] : []),
  ];
}
