// What is wrong as Markdown, for a chat or a ticket: times in UTC, and the command beside each.
import type { MeshStatus } from "../../status/mesh-status.ts";
import { healthWordOf, healthSummary } from "../../verdict/health.ts";

export function incidentText(status: MeshStatus, now: number): string {
  const lines = [
    `**${status.server}** at revision ${status.revision}, ${new Date(now).toISOString()}`,
    healthSummary(status),
    ...status.problems.map(({ severity, ref, message, since, command }) => {
      const when = since === null ? "" : ` since ${since}`;
      const how = command === null ? "" : `\n  \`${command}\``;
      return `- ${healthWordOf(severity)}: ${ref ?? "the mesh"}${when}: ${message}${how}`;
    }),
  ];
  return `${lines.join("\n")}\n`;
}
