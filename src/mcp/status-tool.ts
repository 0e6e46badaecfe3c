// `status`: the same findings as `selvage status`, from the same reading.
import * as z from "zod";
import { counted } from "../model/word/plural.ts";
import { meshOverview, runtimeOverview } from "../status/mesh-read.ts";
import { statusOf, type MeshStatus } from "../status/mesh-status.ts";
import type { Trouble } from "../status/trouble.ts";
import { tool } from "./tool.ts";

export const statusTool = tool({
  name: "status",
  kind: "read",
  title: "Mesh status",
  description:
    "What is wrong with the mesh now, the worst first, each with since when and the command that shows or mends it. " +
    "The same as `selvage status`. Start here.",
  input: z.strictObject({}),
  async run(_args, { client, now }) {
    const read = await meshOverview(client);
    for (const answer of [read.revisions, read.resources, read.catalog]) {
      if (!answer.ok) {
        return answer;
      }
    }
    const runtime = await runtimeOverview(client, read.resources.ok ? read.resources.value.items : []);
    const status = statusOf(client.server, read, runtime, now);
    return { data: status, lines: linesOf(status) };
  },
});

function linesOf(status: MeshStatus): string[] {
  const { current, behind } = status.isolates;
  return [
    `revision ${status.revision} · ${counted(status.services, "service")} · ${counted(status.endpoints, "endpoint")} · ${current}/${current + behind} isolates current`,
    ...[...status.problems, ...status.notices].map(line),
    ...(status.healthy ? ["healthy"] : []),
  ];
}

function line({ severity, ref, message, since, command }: Trouble): string {
  const when = since === null ? "" : ` since ${since}`;
  return `${severity} ${ref ?? "mesh"}${when}: ${message}${command === null ? "" : ` → ${command}`}`;
}
