// `selvage status`: what is wrong, the worst first, each with its cause and the command beside it; then what changed
// lately. Exit code 1 when something is wrong.
import { refOf } from "../../model/word/refs.ts";
import { counted } from "../print/plural.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { named, printData, shortRef } from "../print/print-data.ts";
import { meshOverview, runtimeOverview, type MeshRead, type RuntimeRead } from "../session/mesh-overview.ts";
import { reportFailure } from "../print/report-failure.ts";
import type { CliSession } from "../session/session.ts";
import { age } from "../print/table.ts";
import { meshTroubles } from "../status/mesh-troubles.ts";
import { credentialTroubles, documentTroubles, limitTroubles, tokenTroubles } from "../status/policy-troubles.ts";
import { breakerTroubles, endpointTroubles, lostTroubles } from "../status/service-troubles.ts";
import { worstFirst, type Severity, type Trouble } from "../status/trouble.ts";
import { changes } from "./history.ts";

export interface MeshStatus {
  readonly server: string;
  readonly healthy: boolean;
  readonly revision: number;
  readonly services: number;
  readonly endpoints: number;
  readonly isolates: { readonly current: number; readonly behind: number };
  /** What makes the mesh unhealthy, the worst first. */
  readonly problems: readonly Trouble[];
  /** What somebody should know although nothing is wrong. */
  readonly notices: readonly Trouble[];
  /** Services that nothing can be sent to at the moment: told, but no fault of the mesh. */
  readonly idle: readonly string[];
}

export async function status(session: CliSession): Promise<ExitCode> {
  const { client, terminal } = session;
  const read = await meshOverview(client);
  for (const answer of [read.revisions, read.resources, read.catalog]) {
    if (!answer.ok) {
      return reportFailure(answer.failure, terminal);
    }
  }
  const runtime = await runtimeOverview(client, read.resources.ok ? read.resources.value.items : []);
  const told = statusOf(client.server, read, runtime, Date.now());
  await printData(session, {
    data: told,
    human: () => screen(told, read, session),
    names: () => told.problems.map(({ ref }) => (ref === null ? "mesh" : shortRef(ref))),
  });
  return told.healthy ? exitCodes.ok : exitCodes.differences;
}

/** What the answers mean. */
export function statusOf(server: string, read: MeshRead, runtime: RuntimeRead, now: number): MeshStatus {
  const services = read.catalog.ok ? read.catalog.value.items : [];
  const { breakers, limits, audit, tokens, credentials } = runtime;
  const lost = audit.ok ? lostTroubles(audit.value.items, services, now) : [];
  const found = worstFirst([
    ...meshTroubles(read),
    ...endpointTroubles(services),
    ...lost,
    ...(breakers.ok ? breakerTroubles(breakers.value.items) : []),
    ...(limits.ok ? limitTroubles(limits.value.items) : []),
    ...credentialTroubles(credentials),
    ...(tokens.ok ? tokenTroubles(tokens.value.items, now) : []),
    ...documentTroubles(read.resources.ok ? read.resources.value.items : []),
  ]);
  const problems = found.filter(({ severity }) => severity !== "notice");
  const propagation = read.propagation?.ok === true ? read.propagation.value : null;
  const isLost = new Set(lost.map(({ ref }) => ref));
  return {
    server,
    healthy: problems.length === 0,
    revision: read.revisions.ok ? read.revisions.value.revision : 0,
    services: services.length,
    endpoints: services.reduce((sum, { endpoints }) => sum + endpoints.length, 0),
    isolates: { current: propagation?.current ?? 0, behind: propagation?.behind ?? 0 },
    problems,
    notices: found.filter(({ severity }) => severity === "notice"),
    idle: services
      .filter(({ endpoints }) => endpoints.every(({ weight, draining }) => weight === 0 || draining))
      .map(({ namespace, name }) => refOf("Service", namespace, name))
      .filter((ref) => !isLost.has(ref)),
  };
}

const signs: Readonly<Record<Severity, { readonly text: string; readonly style: "red" | "yellow" | "dim" }>> = {
  down: { text: "▲ failing", style: "red" },
  degraded: { text: "◆ degraded", style: "yellow" },
  notice: { text: "◌ notice", style: "dim" },
};
const WIDTH = 11;

function screen(told: MeshStatus, read: MeshRead, { terminal }: CliSession): string[] {
  const { current, behind } = told.isolates;
  const now = Date.now();
  const line = ({ severity, ref, message, since, command }: Trouble): string[] => {
    const { text, style } = signs[severity];
    const how = since === null ? "" : ` (${age(since, now)})`;
    return [
      `${terminal.paint(style, text)}${" ".repeat(Math.max(1, WIDTH - text.length))} ${ref === null ? "mesh" : named(ref)}${how}   ${message}`,
      ...(command === null ? [] : [`${" ".repeat(WIDTH + 1)}→ ${command}`]),
    ];
  };
  const lines = [
    `${told.server} @ revision ${told.revision} · ${counted(told.services, "service")} · ${counted(told.endpoints, "endpoint")} · ${current}/${current + behind} isolates current`,
    ...told.problems.flatMap(line),
    ...told.notices.flatMap(line),
    ...told.idle.map((ref) => `${terminal.paint("dim", "○ idle")}      ${named(ref)}   no endpoints`),
  ];
  if (told.healthy) {
    lines.push(`${terminal.paint("green", "● healthy")}`);
  }
  const latest = read.revisions.ok ? read.revisions.value.items : [];
  for (const one of latest) {
    lines.push(`  revision ${one.revision}   ${age(one.at, now)} ago   ${one.actor}   ${one.source}   ${changes(one)}`);
  }
  return lines;
}
