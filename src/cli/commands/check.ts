// `selvage check`: one line for each thing that must be right, what is wrong with it, and what to do about it.
import { faultsOf } from "../../status/conditions.ts";
import { counted } from "../../model/word/plural.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import type { ApiAnswer, ApiClient } from "../session/client.ts";
import { printData, shortRef } from "../print/print-data.ts";
import { controlFault } from "../../status/mesh-troubles.ts";
import { meshOverview, type MeshRead } from "../../status/mesh-read.ts";
import type { CliSession } from "../session/session.ts";

export interface CheckResult {
  readonly area: string;
  readonly state: "ok" | "warning" | "failed";
  readonly message: string;
  readonly hint?: string;
}

/** A clock that is further away makes tokens and leases lie. */
const MAX_SKEW_MS = 5_000;

export async function check(session: CliSession): Promise<ExitCode> {
  const { client, terminal } = session;
  const verdicts = await verdictsOf(client);
  const signs = {
    ok: terminal.paint("green", "√"),
    warning: terminal.paint("yellow", "‼"),
    failed: terminal.paint("red", "×"),
  };
  await printData(session, {
    data: { ok: verdicts.every(({ state }) => state !== "failed"), verdicts },
    human: () =>
      verdicts.flatMap(({ area, state, message, hint }, index) => [
        `${(area === verdicts[index - 1]?.area ? "" : area).padEnd(12)} ${signs[state]} ${message}`,
        ...(hint === undefined ? [] : [`${" ".repeat(15)}hint: ${hint}`]),
      ]),
    names: () => verdicts.filter(({ state }) => state !== "ok").map(({ area }) => area),
  });
  return verdicts.some(({ state }) => state === "failed") ? exitCodes.differences : exitCodes.ok;
}

async function verdictsOf(client: ApiClient): Promise<CheckResult[]> {
  const reached = await reach(client);
  if (reached.some(({ state }) => state === "failed")) {
    return reached;
  }
  const read = await meshOverview(client);
  return [...reached, ...tokenVerdict(client, read), ...configVerdicts(read), ...registryVerdicts(read)];
}

async function reach(client: ApiClient): Promise<CheckResult[]> {
  const area = "server";
  const started = performance.now();
  let response: Response;
  const before = Date.now();
  try {
    response = await fetch(`${client.server}/_selvage/healthz`, { signal: AbortSignal.timeout(5_000) });
    await response.arrayBuffer();
  } catch {
    const hint = "start a local mesh with `selvage up`, or name one with --server or SELVAGE_URL";
    return [{ area, state: "failed", message: `${client.server} cannot be reached`, hint }];
  }
  const elapsedMs = Math.round(performance.now() - started);
  if (!response.ok) {
    return [{ area, state: "failed", message: `${client.server} answers ${response.status} to its health check` }];
  }
  return [
    { area, state: "ok", message: `${client.server} answers in ${elapsedMs} ms` },
    ...clock(response.headers.get("date"), before, Date.now()),
  ];
}

/** The Date header counts whole seconds. Not every server sends one: then nothing is said. */
export function clock(header: string | null, sentAt: number, receivedAt: number): CheckResult[] {
  const theirs = header === null ? Number.NaN : Date.parse(header);
  if (Number.isNaN(theirs)) {
    return [];
  }
  const early = theirs - receivedAt;
  const late = sentAt - (theirs + 1_000);
  const skewMs = Math.max(0, early, late);
  if (skewMs <= MAX_SKEW_MS) {
    return [{ area: "server", state: "ok", message: "clocks agree" }];
  }
  const message = `this machine's clock is ${Math.round(skewMs / 1000)} s ${early > 0 ? "behind" : "ahead of"} the server's`;
  return [{ area: "server", state: "warning", message, hint: "set the clock (NTP): tokens and leases depend on it" }];
}

function tokenVerdict(client: ApiClient, read: MeshRead): CheckResult[] {
  const area = "token";
  if (read.revisions.ok) {
    return [{ area, state: "ok", message: "the token is valid and may read the mesh" }];
  }
  const { failure } = read.revisions;
  const hint = client.hasToken
    ? "make a new one: selvage token create NAME --role operator"
    : "give one with --token or SELVAGE_TOKEN; a local mesh keeps its own in .selvage/admin-token";
  return [{ area, state: "failed", message: failure.message, hint }];
}

function configVerdicts({ revisions, propagation, resources }: MeshRead): CheckResult[] {
  const area = "config";
  const verdicts: CheckResult[] = [];
  if (revisions.ok && revisions.value.revision === 0) {
    const hint = "selvage apply -f FILE";
    verdicts.push({ area, state: "warning", message: "nothing has been applied yet", hint });
  }
  if (propagation?.ok === true) {
    const { head, current, behind, complete } = propagation.value;
    const hint = "wait two seconds and check again; an isolate that stays behind cannot reach the registry";
    verdicts.push(
      complete
        ? { area, state: "ok", message: runs(current, head) }
        : {
            area,
            state: "warning",
            message: `${behind} of ${counted(current + behind, "isolate")} do not run revision ${head}`,
            hint,
          },
    );
  }
  if (!resources.ok) {
    return verdicts;
  }
  const faults = resources.value.items.flatMap(({ kind, metadata, status }) =>
    faultsOf(status).map(({ reason, message }): CheckResult => {
      const ref = shortRef(`${kind}/${metadata.namespace}/${metadata.name}`);
      const hint = `selvage describe ${ref} -n ${metadata.namespace}`;
      return { area, state: "failed", message: `${ref}: ${reason}: ${message}`, hint };
    }),
  );
  const fine: CheckResult = {
    area,
    state: "ok",
    message: `${counted(resources.value.items.length, "document")} read, none with a fault`,
  };
  return [...verdicts, ...(faults.length > 0 ? faults : [fine])];
}

function registryVerdicts({ readiness, catalog }: MeshRead): CheckResult[] {
  const area = "registry";
  const reachable = readiness.ok && readiness.value.registry === "reachable";
  const verdicts: CheckResult[] = [
    reachable
      ? { area, state: "ok", message: "the registry can be reached" }
      : { area, state: "failed", message: `the registry cannot be reached${reasonOf(readiness)}` },
  ];
  if (readiness.ok && readiness.value.control !== undefined) {
    const fault = controlFault(readiness.value.control);
    const hint = "wrangler.toml: variables at the top and in [env.control] must be alike (docs/deploy.md, Two Workers)";
    verdicts.push(
      fault === null
        ? { area, state: "ok", message: "the control plane's own Worker answers, with the same variables" }
        : { area, state: "failed", message: fault, hint },
    );
  }
  if (readiness.ok && readiness.value.stale) {
    verdicts.push({ area, state: "warning", message: "this isolate serves its last good configuration" });
  }
  if (!catalog.ok) {
    return verdicts;
  }
  const empty = catalog.value.items.filter(({ endpoints }) => endpoints.length === 0);
  for (const { namespace, name } of empty) {
    const hint = "register one: an endpoint in the Service document, or an agent beside the service";
    verdicts.push({ area, state: "warning", message: `service/${name} in ${namespace} has no endpoints`, hint });
  }
  if (empty.length === 0 && catalog.value.items.length > 0) {
    verdicts.push({
      area,
      state: "ok",
      message: `${counted(catalog.value.items.length, "service")} registered, none without endpoints`,
    });
  }
  return verdicts;
}

const runs = (isolates: number, revision: number): string =>
  isolates === 0
    ? "no isolate has served traffic lately"
    : `${counted(isolates, "isolate")} at revision ${revision}, none behind`;

const reasonOf = (answer: ApiAnswer<unknown>): string => (answer.ok ? "" : `: ${answer.failure.message}`);
