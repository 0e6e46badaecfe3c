// What the options of `selvage agent` come to, or why they do not fit together. Secrets come from the environment or
// from files: everybody on a machine can read the arguments of a process.
import { agentEndpointId } from "../../agent/endpoint-id.ts";
import type { AgentSettings } from "../../agent/agent.ts";
import type { ListenAddress } from "../../agent/bounded-server.ts";
import type { ProofSource } from "../../agent/workload-proof.ts";
import { parseDuration } from "../../model/document/field/duration.ts";
import { nameSchema } from "../../model/document/field/names.ts";
import { endpointUrlSchema } from "../../model/document/field/url.ts";
import { isLoopback } from "../session/connection.ts";

export interface AgentFlags {
  readonly service: string;
  readonly version?: string;
  readonly cluster?: string;
  readonly weight: number;
  readonly app?: string;
  readonly advertise?: string;
  readonly inbound?: string;
  readonly outbound?: string;
  readonly mesh?: string;
  readonly health?: string;
  readonly healthInterval: string;
  readonly healthTimeout: string;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  readonly ttl: string;
  readonly drainSeconds: number;
  readonly assertion: "caller" | "request";
  readonly replay?: "strict";
  readonly credentials?: string;
  readonly exchangeToken?: string;
  readonly tokenFile?: string;
  readonly allowHttp?: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;
type Read = { readonly ok: true; readonly settings: AgentSettings } | { readonly ok: false; readonly message: string };

const LOCAL = "127.0.0.1";
const EVERYWHERE = "0.0.0.0";
const MIN_TTL_MS = 3_000;
const MAX_TTL_MS = 24 * 3_600_000;

class Unfit extends Error {}

/** @param server of the admin API */
export function agentSettings(flags: AgentFlags, namespace: string, server: string, environment: Environment): Read {
  try {
    return { ok: true, settings: read(flags, namespace, server, environment) };
  } catch (error) {
    if (error instanceof Unfit) {
      return { ok: false, message: error.message };
    }
    throw error;
  }
}

function read(flags: AgentFlags, namespace: string, server: string, environment: Environment): AgentSettings {
  const { service, inbound, outbound, advertise } = flags;
  const app = flags.app === undefined ? null : appAt(flags.app);
  for (const [name, text] of [
    ["--service", service],
    ["--namespace", namespace],
  ] as const) {
    if (!nameSchema.safeParse(text).success) {
      throw new Unfit(`${name} wants a name of lower-case letters, digits and hyphens, not "${text}"`);
    }
  }
  if (inbound === undefined && outbound === undefined && advertise === undefined) {
    throw new Unfit("there is nothing to do: give --advertise URL, --inbound PORT or --outbound PORT");
  }
  if (app === null && (inbound !== undefined || advertise !== undefined)) {
    throw new Unfit(
      `${inbound === undefined ? "--advertise" : "--inbound"} needs --app URL, where the service listens`,
    );
  }
  const mesh = flags.mesh ?? server;
  for (const [name, url] of [
    ["--server", server],
    ["--mesh", mesh],
  ] as const) {
    if (!URL.canParse(url) || !/^https?:\/\//i.test(url)) {
      throw new Unfit(`${name} wants an http or https URL, not "${url}"`);
    }
    if (!isLoopback(url) && !/^https:/i.test(url) && flags.allowHttp !== true) {
      throw new Unfit(`${url} would carry tokens in the clear: give ${name} an https address, or --allow-http`);
    }
  }
  return {
    namespace,
    service,
    app,
    health: {
      path: flags.health === undefined ? null : healthPath(flags.health),
      intervalMs: duration("--health-interval", flags.healthInterval, 100, 3_600_000),
      timeoutMs: duration("--health-timeout", flags.healthTimeout, 10, 60_000),
      thresholds: { healthy: flags.healthyThreshold, unhealthy: flags.unhealthyThreshold },
    },
    announced: advertise === undefined ? null : announcedAt(advertise, flags, namespace),
    inbound:
      inbound === undefined
        ? null
        : { listen: listenAt("--inbound", inbound, EVERYWHERE), assertion: flags.assertion, replay: flags.replay },
    outbound:
      outbound === undefined
        ? null
        : {
            listen: listenAt("--outbound", outbound, LOCAL),
            mesh: new URL(mesh),
            proof: proofFor(flags, environment),
          },
    drainMs: flags.drainSeconds * 1000,
  };
}

function announcedAt(advertise: string, flags: AgentFlags, namespace: string): AgentSettings["announced"] {
  const url = endpointUrlSchema.safeParse(advertise);
  if (!url.success) {
    throw new Unfit(`--advertise: ${url.error.issues[0]?.message.replace("\n", ". ") ?? "this is no URL"}`);
  }
  const { service, version, cluster, weight, ttl } = flags;
  const ttlMs = duration("--ttl", ttl, MIN_TTL_MS, MAX_TTL_MS);
  return { namespace, service, id: agentEndpointId(url.data), url: url.data, version, cluster, weight, ttl, ttlMs };
}

function appAt(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== "http:" || url.pathname !== "/" || url.search !== "" || url.username !== "") {
    throw new Unfit(
      `--app wants the address of the service on this machine, such as http://127.0.0.1:8080, not "${text}"`,
    );
  }
  return url;
}

function healthPath(text: string): string {
  if (!/^\/[\u0021-\u007e]*$/.test(text) || text.includes("#")) {
    throw new Unfit(`--health wants a path, such as /healthz, not "${text}"`);
  }
  return text;
}

function duration(name: string, text: string, least: number, most: number): number {
  const ms = parseDuration(text);
  if (ms === null || ms < least || ms > most) {
    throw new Unfit(`${name} wants a duration from ${least / 1000} s to ${most / 1000} s, such as 10s, not "${text}"`);
  }
  return ms;
}

/** `4143`, `10.0.0.5:4143` or `[::1]:4143`. */
function listenAt(name: string, text: string, elsewhere: string): ListenAddress {
  const [, host, digits] = /^(?:(\[[\da-fA-F:.]+\]|[\w.-]+):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65_535) {
    throw new Unfit(`${name} wants a port or an address with one, such as 4143 or 10.0.0.5:4143, not "${text}"`);
  }
  return { host: host?.replace(/^\[(.*)\]$/, "$1") ?? elsewhere, port };
}

function proofFor({ credentials, exchangeToken, service }: AgentFlags, environment: Environment): ProofSource {
  const { SELVAGE_CLIENT_ID: clientId, SELVAGE_CLIENT_SECRET: clientSecret } = environment;
  if (credentials !== undefined && exchangeToken !== undefined) {
    throw new Unfit("--credentials and --exchange-token are two ways to the same token: give one");
  }
  if (credentials !== undefined) {
    return { from: "credentials-file", path: credentials };
  }
  if (exchangeToken !== undefined) {
    return { from: "token-file", path: exchangeToken };
  }
  if (clientId && clientSecret) {
    return { from: "pair", clientId, clientSecret };
  }
  throw new Unfit(
    "--outbound needs the workload's credentials: SELVAGE_CLIENT_ID and SELVAGE_CLIENT_SECRET, --credentials FILE, or " +
      `--exchange-token FILE on Kubernetes; selvage workload credentials ${service} --add -o json makes some`,
  );
}
