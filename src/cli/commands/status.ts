// `selvage status`: is the mesh well, and what changed lately, on one screen. Exit code 1 when something is wrong.
import { faultsOf } from "../print/conditions.ts";
import { counted } from "../print/plural.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { printData, shortRef } from "../print/print-data.ts";
import { meshOverview, type MeshRead } from "../session/mesh-overview.ts";
import { reportFailure } from "../print/report-failure.ts";
import type { CliSession } from "../session/session.ts";
import { SET_BACK } from "../print/set-back.ts";
import { age } from "../print/table.ts";
import { changes } from "./history.ts";

export interface MeshStatus {
  readonly server: string;
  readonly healthy: boolean;
  readonly revision: number;
  readonly services: number;
  readonly endpoints: number;
  readonly isolates: { readonly current: number; readonly behind: number };
  /** What makes the mesh unhealthy. */
  readonly problems: readonly { readonly ref: string | null; readonly message: string }[];
  /** Services that nothing can be sent to at the moment: told, but no fault of the mesh. */
  readonly idle: readonly string[];
}

export async function status(session: CliSession): Promise<ExitCode> {
  const { client, terminal } = session;
  const read = await meshOverview(client);
  for (const answer of [read.revisions, read.resources, read.catalog]) {
    if (!answer.ok) return reportFailure(answer.failure, terminal);
  }
  const told = statusOf(client.server, read);
  await printData(session, {
    data: told,
    human: () => screen(told, read, session),
    names: () => told.problems.map(({ ref }) => (ref === null ? "mesh" : shortRef(ref))),
  });
  return told.healthy ? exitCodes.ok : exitCodes.differences;
}

/** What the answers mean. */
export function statusOf(server: string, read: MeshRead): MeshStatus {
  const problems: { ref: string | null; message: string }[] = [];
  if (!read.readiness.ok) problems.push({ ref: null, message: read.readiness.failure.message });
  else if (!read.readiness.value.ready) {
    const { registry, stale } = read.readiness.value;
    const reason = registry === "unreachable" ? "the registry cannot be reached" : "it serves no configuration yet";
    problems.push({ ref: null, message: `the mesh is not ready: ${stale ? "its configuration is stale" : reason}` });
  }
  const resources = read.resources.ok ? read.resources.value.items : [];
  for (const { kind, metadata, status } of resources) {
    for (const { reason, message, about } of faultsOf(status)) {
      const where = about === null ? "" : ` (${about})`;
      problems.push({
        ref: `${kind}/${metadata.namespace}/${metadata.name}`,
        message: `${reason}${where}: ${message}`,
      });
    }
  }
  const propagation = read.propagation?.ok === true ? read.propagation.value : null;
  const readiness = read.readiness.ok ? read.readiness.value : null;
  if (readiness?.setBack === true || propagation?.setBack === true) problems.push({ ref: null, message: SET_BACK });
  else if (propagation !== null && !propagation.complete) {
    const message = `${propagation.behind} of ${counted(propagation.behind + propagation.current, "isolate")} do not run revision ${propagation.head} yet`;
    problems.push({ ref: null, message });
  }
  const services = read.catalog.ok ? read.catalog.value.items : [];
  return {
    server,
    healthy: problems.length === 0,
    revision: read.revisions.ok ? read.revisions.value.revision : 0,
    services: services.length,
    endpoints: services.reduce((sum, { endpoints }) => sum + endpoints.length, 0),
    isolates: { current: propagation?.current ?? 0, behind: propagation?.behind ?? 0 },
    problems,
    idle: services
      .filter(({ endpoints }) => endpoints.every(({ weight, draining }) => weight === 0 || draining))
      .map(({ namespace, name }) => `Service/${namespace}/${name}`),
  };
}

function screen(told: MeshStatus, read: MeshRead, { terminal }: CliSession): string[] {
  const { current, behind } = told.isolates;
  const lines = [
    `${told.server} @ revision ${told.revision} · ${counted(told.services, "service")} · ${counted(told.endpoints, "endpoint")} · ${current}/${current + behind} isolates current`,
    ...told.problems.map(
      ({ ref, message }) =>
        `${terminal.paint("red", "▲ failing")}   ${ref === null ? "mesh" : shortRef(ref)}   ${message}`,
    ),
    ...told.idle.map((ref) => `${terminal.paint("dim", "○ idle")}      ${shortRef(ref)}   no endpoints`),
  ];
  if (told.healthy) lines.push(`${terminal.paint("green", "● healthy")}`);
  const latest = read.revisions.ok ? read.revisions.value.items : [];
  for (const one of latest) {
    lines.push(
      `  revision ${one.revision}   ${age(one.at, Date.now())} ago   ${one.actor}   ${one.source}   ${changes(one)}`,
    );
  }
  return lines;
}
