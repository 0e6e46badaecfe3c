// `selvage status`: what is wrong, the worst first, each with its cause and the command beside it; then what changed
// lately. Exit code 1 when something is wrong.
import { counted } from "../../model/word/plural.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { named, printData, shortRef } from "../print/print-data.ts";
import { meshOverview, runtimeOverview, type MeshRead } from "../../status/mesh-read.ts";
import { statusOf, type MeshStatus } from "../../status/mesh-status.ts";
import { reportFailure } from "../print/report-failure.ts";
import type { CliSession } from "../session/session.ts";
import { age } from "../../model/word/age.ts";
import type { Severity, Trouble } from "../../status/trouble.ts";
import { changes } from "./history.ts";

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
