// What the Worker's variables say, read once for an env: typed, with their defaults, and with a word about each that
// cannot be taken as it is. Secrets are read here as well and go no further than who compares them.
import { otlpOf, oneOf, slowOf, type OtlpSettings } from "./tracing.ts";
import { flag, shown, text } from "./value.ts";
import type { Variables } from "./variables.ts";

export interface Settings {
  /** Under `selvage up`: the cluster of endpoints without one is `local`, where private addresses are allowed. */
  readonly isLocalMesh: boolean;
  /** SPIFFE trust domain of the mesh. */
  readonly trustDomain: string;
  /** `iss` of everything that the mesh signs. */
  readonly issuer: string;
  /**
   * Scheme and host that the mesh is reached at, as it says itself; null = it does not know, and no caller's `Host`
   * tells it.
   */
  readonly publicOrigin: string | null;
  /** `<service>.<namespace>.<meshDomain>` addresses a service; null = services have no hosts of their own. */
  readonly meshDomain: string | null;
  /** The only host that answers under `/_selvage/`; null = every host. */
  readonly adminHost: string | null;
  /** The callers' address where all of them are on this machine. */
  readonly localClientAddress: string | null;
  /** A proxy in front tells where a request came in. */
  readonly trustsEntry: boolean;
  /** So many proxies append to `x-forwarded-for` where it is believed: here with `trustsEntry`, and by adapters. */
  readonly trustedHops: number;
  readonly region: string | null;
  /** Name of this group of isolates, in propagation receipts. */
  readonly edge: string | null;
  readonly adapterToken: string | null;
  /** The bootstrap operator's. */
  readonly adminToken: string | null;
  /** OpenID provider of operators; `audiences` empty = none of its tokens is taken. */
  readonly oidc: OidcSettings | null;
  /** Cloudflare Access in front. */
  readonly access: { readonly issuer: string; readonly audiences: readonly string[] } | null;
  /** Which requests get a line in the log. */
  readonly log: "requests" | "problems" | "none";
  /** Every answer tells the request's id and the revision; otherwise a service's does so for those who ask. */
  readonly tellsAlways: boolean;
  /** Among how many objects services are divided for what is counted of them. */
  readonly telemetryObjects: number;
  /** Metrics are read without a token. */
  readonly metricsPublic: boolean;
  /** One of so many requests is traced; 0 = none. */
  readonly traceEvery: number;
  /** One of so many requests is in the access log; 0 = none. */
  readonly accessEvery: number;
  /** Where traces are sent as well; null = nowhere. */
  readonly otlp: OtlpSettings | null;
  /** A request that takes so long is kept. */
  readonly slowMs: number;
  /** JSON, judged by control/operator/operator-rules.ts. */
  readonly operatorRoles: string | null;
  /** What was wrong, in words for whoever set it. */
  readonly faults: readonly string[];
}

interface OidcSettings {
  readonly issuer: string;
  readonly audiences: readonly string[];
  /** null = no login by browser. */
  readonly clientId: string | null;
  /** null = a public client. */
  readonly clientSecret: string | null;
}

/** As a mesh without the variable would be called, too, whose tokens nobody takes for another's. */
const UNNAMED_TRUST_DOMAIN = "mesh.local";
const TRUST_DOMAIN = /^[a-z0-9._-]{1,255}$/;
const HOSTNAME = /^(?=.{1,253}$)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

const known = new WeakMap<Variables, Settings>();

/** The settings of an env, read with its first request; faults go to the log then. */
export function settingsOf(env: Variables): Settings {
  const held = known.get(env);
  if (held !== undefined) {
    return held;
  }
  const settings = readSettings(env);
  known.set(env, settings);
  for (const message of settings.faults) {
    // oxlint-disable-next-line no-console -- whoever set the variable has no other place to hear of it
    console.warn(JSON.stringify({ level: "warn", at: "settings", message }));
  }
  return settings;
}

export function readSettings(env: Variables): Settings {
  const faults: string[] = [];
  const trustDomain = trustDomainOf(env.TRUST_DOMAIN, faults);
  return Object.freeze<Settings>({
    isLocalMesh: flag("LOCAL_MESH", env.LOCAL_MESH, faults),
    trustDomain,
    issuer: text(env.MESH_ISSUER) ?? `spiffe://${trustDomain}`,
    publicOrigin: publicOriginOf(env, faults),
    meshDomain: meshDomainOf(env.MESH_DOMAIN, faults),
    adminHost: adminHostOf(env.ADMIN_HOST, faults),
    localClientAddress: text(env.LOCAL_CLIENT_ADDRESS),
    trustsEntry: flag("TRUST_ENTRY", env.TRUST_ENTRY, faults),
    trustedHops: hopsOf(env.TRUSTED_HOPS, faults),
    region: text(env.REGION),
    edge: text(env.EDGE),
    adapterToken: text(env.ADAPTER_TOKEN),
    adminToken: text(env.SELVAGE_ADMIN_TOKEN),
    oidc: oidcOf(env, faults),
    access: accessOf(env, faults),
    log: wordOf("LOG", env.LOG, ["requests", "problems", "none"], faults),
    tellsAlways: wordOf("ANSWER_HEADERS", env.ANSWER_HEADERS, ["always", "asked"], faults) === "always",
    telemetryObjects: telemetryOf(env, faults),
    metricsPublic: flag("METRICS_PUBLIC", env.METRICS_PUBLIC, faults),
    traceEvery: oneOf("TRACE_PERCENT", env.TRACE_PERCENT, 1, faults),
    accessEvery: oneOf("ACCESS_LOG", env.ACCESS_LOG, 0, faults),
    otlp: otlpOf(env, faults),
    slowMs: slowOf(env.TRACE_SLOW_MS, faults),
    operatorRoles: text(env.OPERATOR_ROLES),
    faults,
  });
}

/** Too few would be the address of a proxy of one's own; too many, one that the caller wrote. */
function hopsOf(value: unknown, faults: string[]): number {
  const said = text(value)?.trim() ?? "1";
  if (/^(?:[1-9]|1\d|20)$/.test(said)) {
    return Number(said);
  }
  faults.push(`TRUSTED_HOPS is "${shown(value)}" and is taken for 1: write a whole number from 1 to 20.`);
  return 1;
}

/** The last of the words is meant where nothing, or nothing that is known, is written. */
function wordOf<Word extends string>(
  name: string,
  value: unknown,
  words: readonly [...Word[], Word],
  faults: string[],
) {
  const said = text(value)?.trim().toLowerCase();
  const known = words.find((word) => word === said);
  const usual = words[words.length - 1] as Word;
  if (said !== undefined && known === undefined) {
    const [last, ...others] = words.map((word) => `"${word}"`).toReversed();
    const list = `${others.toReversed().join(", ")} or ${last}`;
    faults.push(`${name} is "${shown(value)}" and is taken for "${usual}": write ${list}.`);
  }
  return known ?? usual;
}

/** Days are read by the objects; here it is only said when they cannot be. */
function telemetryOf({ TELEMETRY_OBJECTS, TELEMETRY_DAYS }: Variables, faults: string[]): number {
  const days = text(TELEMETRY_DAYS)?.trim();
  if (days !== undefined && !/^[1-9]\d{0,3},[1-9]\d{0,3},[1-9]\d{0,3}$/.test(days)) {
    faults.push(
      `TELEMETRY_DAYS is "${shown(days)}" and is taken for "1,30,400": write days for 10 s, 1 min and 1 h with commas.`,
    );
  }
  const said = text(TELEMETRY_OBJECTS)?.trim() ?? "4";
  if (/^[1-9]\d{0,2}$/.test(said) && Number(said) <= 256) {
    return Number(said);
  }
  faults.push(`TELEMETRY_OBJECTS is "${shown(said)}" and is taken for 4: write a whole number from 1 to 256.`);
  return 4;
}

function trustDomainOf(value: string | undefined, faults: string[]): string {
  const said = text(value);
  if (said === null) {
    faults.push(
      `TRUST_DOMAIN is not set; the mesh calls itself "${UNNAMED_TRUST_DOMAIN}". Identities change when you set it.`,
    );
    return UNNAMED_TRUST_DOMAIN;
  }
  if (!TRUST_DOMAIN.test(said)) {
    faults.push(`TRUST_DOMAIN is "${shown(said)}", which is no SPIFFE trust domain: use a-z, 0-9, ".", "-" and "_".`);
  }
  return said;
}

function meshDomainOf(value: string | undefined, faults: string[]): string | null {
  const said = text(value)?.toLowerCase().replace(/\.$/, "") ?? null;
  if (said === null || HOSTNAME.test(said)) {
    return said;
  }
  faults.push(`MESH_DOMAIN is "${shown(value)}", which is no hostname: services have no hosts of their own.`);
  return null;
}

function publicOriginOf(env: Variables, faults: string[]): string | null {
  const url = text(env.MESH_URL);
  if (url !== null && webOrigin(url) === null) {
    faults.push(
      `MESH_URL is "${shown(url)}", which is no http or https address: the mesh publishes no addresses of its own.`,
    );
    return null;
  }
  const host = text(env.ADMIN_HOST);
  return (
    [url, text(env.MESH_ISSUER), host === null ? null : `https://${host}`].map(webOrigin).find((one) => one !== null) ??
    null
  );
}

function webOrigin(url: string | null): string | null {
  const parsed = url === null || !URL.canParse(url) ? null : new URL(url);
  return parsed !== null && ["http:", "https:"].includes(parsed.protocol) ? parsed.origin : null;
}

/** One that cannot be read closes the control plane: to open it to every host would be what nobody asked for. */
function adminHostOf(value: string | undefined, faults: string[]): string | null {
  const said = text(value);
  if (said !== null && !/^[^\s/?#@]+$/.test(said)) {
    faults.push(
      `ADMIN_HOST is "${shown(said)}", which is no host: nobody reaches the control plane. Write "admin.example.com".`,
    );
  }
  return said;
}

function oidcOf(env: Variables, faults: string[]): OidcSettings | null {
  const issuer = text(env.OPERATOR_OIDC_ISSUER);
  if (issuer === null) {
    return null;
  }
  if (!URL.canParse(issuer)) {
    faults.push(`OPERATOR_OIDC_ISSUER is "${shown(issuer)}", which is no address: nobody can log in by it.`);
  }
  const clientId = text(env.OPERATOR_OIDC_CLIENT_ID);
  const audiences = list(text(env.OPERATOR_OIDC_AUDIENCE) ?? clientId);
  if (audiences.length === 0) {
    faults.push(
      "OPERATOR_OIDC_ISSUER is set without OPERATOR_OIDC_CLIENT_ID or OPERATOR_OIDC_AUDIENCE: no token is taken.",
    );
  }
  return { issuer, audiences, clientId, clientSecret: text(env.OPERATOR_OIDC_CLIENT_SECRET) };
}

/** Access is named by its domain (`team.cloudflareaccess.com`), or by its whole address. */
function accessOf({ ACCESS_TEAM_DOMAIN, ACCESS_AUD }: Variables, faults: string[]): Settings["access"] {
  const domain = text(ACCESS_TEAM_DOMAIN);
  if (domain === null) {
    return null;
  }
  const audiences = list(ACCESS_AUD);
  if (audiences.length === 0) {
    faults.push("ACCESS_TEAM_DOMAIN is set without ACCESS_AUD: nobody gets in by Cloudflare Access.");
  }
  return { issuer: (domain.includes("://") ? domain : `https://${domain}`).replace(/\/+$/, ""), audiences };
}

function list(value: unknown): readonly string[] {
  return (text(value) ?? "")
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
}
