// `selvage breaker get|force`: what the fleet's breakers are doing, and taking them in hand for a while.
import type { BreakerList, ForceReceipt, ForceRequest, ServiceBreakers } from "../../model/api/breakers.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { counted } from "../../model/word/plural.ts";
import { printData } from "../print/print-data.ts";
import { reportFailure } from "../print/report-failure.ts";
import type { CliSession } from "../session/session.ts";
import { table } from "../print/table.ts";
import { age } from "../../model/word/age.ts";

export interface BreakerGetOptions {
  readonly allNamespaces?: boolean;
}

export interface BreakerForceOptions {
  readonly ttl?: string;
  readonly reason: string;
  /** A version. */
  readonly only?: string;
}

const HEADER = ["SERVICE", "TARGET", "STATE", "FOR", "OK", "FAILED", "SLOW", "POLICY"];

export async function getBreakers(
  session: CliSession,
  name: string | undefined,
  options: BreakerGetOptions,
): Promise<ExitCode> {
  const query = new URLSearchParams();
  if (!options.allNamespaces) {
    query.set("namespace", session.namespace ?? "default");
  }
  if (name !== undefined) {
    query.set("service", name);
  }
  const answer = await session.client.call<BreakerList>("GET", `/breakers?${query}`);
  if (!answer.ok) {
    return reportFailure(answer.failure, session.terminal);
  }
  const { items, more } = answer.value;
  const rows = items.flatMap(rowsOf);
  await printData(session, {
    data: answer.value,
    human: () => (rows.length === 0 ? [] : table(HEADER, rows)),
    names: () => items.map(({ namespace, service }) => `${namespace}/${service}`),
  });
  if (items.length === 0) {
    session.terminal.err("no service here is guarded by a TrafficPolicy or probed");
  }
  if (more) {
    session.terminal.err("there are more services: name one");
  }
  return exitCodes.ok;
}

function rowsOf({ namespace, service, known, forced, breakers, health, ...capacity }: ServiceBreakers): string[][] {
  const name = `${namespace}/${service}`;
  const { concurrency, retryAllowances } = capacity;
  const now = Date.now();
  if (!known) {
    return [[name, "", "unknown", "", "", "", "", ""]];
  }
  const orders = forced.map(({ version, state, reason, until }) => [
    name,
    version === null ? "all" : `version ${version}`,
    `forced ${state}`,
    `until ${until}`,
    "",
    "",
    "",
    reason,
  ]);
  const states = breakers.flatMap((one) => {
    const { target, name: which, state, since, ok, failed, slow, policy, ejectedUntil, local = null } = one;
    const shown = which === "" ? target : `${target} ${which}`;
    const ofFleet = [
      name,
      shown,
      ejectedUntil === null ? state : `${state}, ejected`,
      age(since, now),
      String(ok),
      String(failed),
      String(slow),
      policy,
    ];
    // Beside the fleet's: an isolate stops asking for some seconds by itself.
    return local === null
      ? [ofFleet]
      : [ofFleet, [name, shown, openIn(local.isolates), `until ${local.until}`, "", "", "", policy]];
  });
  const probes = (health ?? []).map(({ endpoint, state, since, cause, leftOut }) => [
    name,
    `health ${endpoint}`,
    leftOut && state === "healthy" ? "healthy, damped" : state,
    age(since, now),
    "",
    "",
    "",
    cause ?? "",
  ]);
  const caps = (concurrency ?? []).map(({ policy, max, limit, inUse, lent, queue, waiting }) => [
    name,
    "concurrency",
    `${inUse} of ${limit < max ? `${Math.floor(limit)} (max ${max})` : max} in use, ${lent} lent, ${waiting} of ${queue} waiting`,
    "",
    "",
    "",
    "",
    policy,
  ]);
  const retries = (retryAllowances ?? []).map(({ policy, perSecond, left }) => [
    name,
    "retries",
    `${left} left, ${perSecond} each second`,
    "",
    "",
    "",
    "",
    policy,
  ]);
  const rows = [...orders, ...states, ...probes, ...caps, ...retries];
  return rows.length === 0 ? [[name, "", "no calls", "", "", "", "", ""]] : rows;
}

const openIn = (isolates: number): string => `open locally, in ${counted(isolates, "isolate")}`;

export async function forceBreaker(
  session: CliSession,
  name: string,
  state: ForceRequest["state"],
  options: BreakerForceOptions,
): Promise<ExitCode> {
  const { client, terminal, namespace } = session;
  const { ttl, reason, only: version } = options;
  const body: ForceRequest = {
    state,
    reason,
    ...(ttl === undefined ? {} : { ttl }),
    ...(version === undefined ? {} : { version }),
  };
  const path = `/breakers/${encodeURIComponent(namespace ?? "default")}/${encodeURIComponent(name)}/force`;
  const answer = await client.call<ForceReceipt>("POST", path, { body });
  if (!answer.ok) {
    return reportFailure(answer.failure, terminal);
  }
  const told = state === "auto" ? "is left to its breakers" : `is forced ${state}`;
  await printData(session, {
    data: answer.value,
    human: () => [`service/${name}${version === undefined ? "" : ` version ${version}`} ${told}${reach(answer.value)}`],
    names: () => [`service/${name}`],
  });
  return exitCodes.ok;
}

/** A mesh of an earlier release does not say. */
function reach({ obeyedWithinMs }: Partial<Pick<ForceReceipt, "obeyedWithinMs">>): string {
  if (obeyedWithinMs === undefined) {
    return "";
  }
  return obeyedWithinMs === null
    ? ": isolates with traffic for it obey; the mesh object could not be told yet, so others hear of it with their first report"
    : `: every isolate obeys within ${obeyedWithinMs / 1000} s`;
}
