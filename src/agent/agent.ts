// The agent beside a service: its proxies, the watch over the app, and what the mesh is told of it, from start to end.
// How it is asked for on a command line is not its business.
import type { ApiClient, Failure } from "../cli/session/client.ts";
import { Announcer } from "./announcer.ts";
import { AppWatch } from "./app-watch.ts";
import type { Thresholds, AppVerdict } from "./app-health.ts";
import { probeApp } from "./app-probe.ts";
import type { ListenAddress } from "./bounded-server.ts";
import { startInbound } from "./inbound.ts";
import { startOutbound } from "./outbound.ts";
import type { AgentProxy } from "./proxy.ts";
import { RegistryCalls, type AnnouncedEndpoint } from "./registry-calls.ts";
import { readProof, type ProofSource } from "./workload-proof.ts";
import { WorkloadToken } from "./workload-token.ts";

export interface AgentSettings {
  readonly namespace: string;
  readonly service: string;
  /** Where the app listens; null = there is none behind it. */
  readonly app: URL | null;
  readonly health: {
    /** null = a TCP connection is enough. */
    readonly path: string | null;
    readonly intervalMs: number;
    readonly timeoutMs: number;
    readonly thresholds: Thresholds;
  };
  /** null = nothing is announced. */
  readonly announced: (AnnouncedEndpoint & { readonly ttlMs: number }) | null;
  readonly inbound: {
    readonly listen: ListenAddress;
    readonly assertion: "caller" | "request";
    readonly replay: "strict" | undefined;
  } | null;
  readonly outbound: { readonly listen: ListenAddress; readonly mesh: URL; readonly proof: ProofSource } | null;
  readonly drainMs: number;
}

interface AgentPorts {
  /** The admin API. */
  readonly client: ApiClient;
  /** What happens, in a sentence. */
  say(line: string): void;
  /** Something that somebody has to see to. */
  complain(failure: Failure): void;
  /** Everything that was asked for listens. */
  ready(inbound: string | null, outbound: string | null): void;
  /** Resolves when the agent is to end. */
  readonly stopped: Promise<void>;
}

const CALL_MS = 5_000;
/** Isolates have heard of a drain by then. */
const HEARD_MS = 3_000;
/** Longest wait for the next byte of a body. */
const STALL_MS = 30_000;

/** Not the wall clock: a machine whose clock is set back would stop its heartbeats for as long. */
const steadyNow = (): number => performance.now();

/** Runs until it is told to stop and has done so. Throws what listening throws. */
export async function runAgent(settings: AgentSettings, ports: AgentPorts): Promise<void> {
  const { app, announced, drainMs } = settings;
  const announcer = announced === null ? null : announcerOf(announced, ports);
  const watch = app === null ? null : watchOf(app, settings, announcer, ports);
  const [inbound, outbound] = await startProxies(settings, ports, () => ({
    app: watch?.verdict ?? "unknown",
    isReady: watch?.verdict === "well" && (announcer?.isAnnounced ?? true),
  }));
  ports.ready(inbound?.url ?? null, outbound?.url ?? null);
  void watch?.check();

  await ports.stopped;
  const endsAt = performance.now() + drainMs;
  const left = (): number => Math.max(0, endsAt - performance.now());
  const proxies = [inbound, outbound].filter((one) => one !== null);
  watch?.stop();
  const wasAnnounced = announcer?.isAnnounced === true;
  ports.say(wasAnnounced ? `draining: the mesh sends nothing new, for at most ${drainMs / 1000} s` : "stopping");
  proxies.forEach((proxy) => proxy.leave());
  if (wasAnnounced) {
    announcer.want("draining");
    await announcer.settled(Math.min(CALL_MS, left()));
    await new Promise((resolve) => void setTimeout(resolve, Math.min(HEARD_MS, left())));
  }
  await Promise.all(proxies.map((proxy) => proxy.ended(left())));
  const cut = proxies.reduce((sum, proxy) => sum + proxy.underWay(), 0);
  if (cut > 0) {
    ports.say(`${cut} still under way after ${drainMs / 1000} s, cut off`);
  }
  announcer?.want("ended");
  await announcer?.settled(CALL_MS);
  announcer?.close();
  proxies.forEach((proxy) => proxy.close());
}

function announcerOf(endpoint: AnnouncedEndpoint & { readonly ttlMs: number }, ports: AgentPorts): Announcer {
  const { id, url, namespace, service, ttlMs } = endpoint;
  const calls = new RegistryCalls(ports.client, endpoint, {
    failed: (failure) => ports.complain(failure),
    recovered: () => ports.say("the mesh answers again"),
  });
  const lines = {
    announced: `announced ${namespace}/${service} at ${url} (endpoint ${id})`,
    forgotten: `the mesh has forgotten endpoint ${id}: registering again`,
    withdrawn: `endpoint ${id} is taken out of ${namespace}/${service}`,
  };
  return new Announcer({
    ttlMs,
    now: steadyNow,
    random: Math.random,
    call: (what) => calls.make(what),
    told: (change) => ports.say(lines[change]),
  });
}

function watchOf(
  app: URL,
  { health, announced }: AgentSettings,
  announcer: Announcer | null,
  ports: AgentPorts,
): AppWatch {
  const { path, timeoutMs, intervalMs, thresholds } = health;
  const checked = `${app.host}${path ?? ""}`;
  const lines: Readonly<Record<AppVerdict, string>> = {
    unknown: "",
    well: `the app at ${checked} is well`,
    ill: `the app at ${checked} is ill${announced === null ? "" : ": it is not announced until it is well"}`,
  };
  return new AppWatch({
    thresholds,
    intervalMs,
    probe: () => probeApp(app, path, timeoutMs),
    turned: (verdict) => {
      ports.say(lines[verdict]);
      announcer?.want(verdict === "well" ? "present" : "absent");
    },
  });
}

async function startProxies(
  settings: AgentSettings,
  { client, say }: AgentPorts,
  state: () => { readonly app: AppVerdict; readonly isReady: boolean },
): Promise<readonly [inbound: AgentProxy | null, outbound: AgentProxy | null]> {
  const { app, inbound, outbound, namespace, service, health } = settings;
  const started = await (inbound === null || app === null
    ? null
    : startInbound({
        listen: inbound.listen,
        app,
        healthPath: health.path,
        verify: {
          jwksUrl: `${client.server}/_selvage/.well-known/jwks.json`,
          audience: `${namespace}/${service}`,
          assertion: inbound.assertion,
          ...(inbound.replay === undefined ? {} : { replay: inbound.replay }),
        },
        mesh: client.server,
        stallMs: STALL_MS,
        state,
      }));
  if (outbound === null) {
    return [started, null];
  }
  const token = new WorkloadToken({
    tokenUrl: `${client.server}/_selvage/v1/oauth/token`,
    proof: () => readProof(outbound.proof),
    now: steadyNow,
    fetch: (url, init) => fetch(url, init),
    failed: (reason) => say(`no token for the workload: ${reason}; calls at the outbound port are refused meanwhile`),
    recovered: () => say("the workload has a token again"),
  });
  try {
    const lent = await startOutbound({ listen: outbound.listen, mesh: outbound.mesh, token, stallMs: STALL_MS });
    // The first call of the app need not wait for it.
    void token.current();
    return [started, lent];
  } catch (error) {
    started?.close();
    throw error;
  }
}
