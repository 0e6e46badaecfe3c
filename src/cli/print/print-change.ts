// What became of each document of a change, and how to undo it: for every command that writes documents.
import type { ApplyResult, PlanItem } from "../../model/api/apply.ts";
import type { CliSession } from "../session/session.ts";
import { counted } from "../../model/word/plural.ts";
import { inNamespace, printData, shortRef } from "./print-data.ts";

type Change = Pick<ApplyResult, "items" | "summary" | "revision" | "dryRun">;

/** @param data what the API answered, where that was something else */
export async function printChange(session: CliSession, result: Change, data: unknown = result): Promise<void> {
  await printData(session, {
    data,
    human: () => linesOf(result),
    names: () => result.items.map(({ ref }) => shortRef(ref)),
  });
}

const words: Readonly<Record<PlanItem["action"], string>> = {
  create: "created",
  update: "configured",
  unchanged: "unchanged",
  prune: "pruned",
  delete: "deleted",
};

/** What happened to each document, the revision, and the way back. */
function linesOf(result: Change): string[] {
  const suffix = result.dryRun ? " (dry run)" : "";
  const lines = result.items.map(({ ref, action }) => `${shortRef(ref)} ${words[action]}${inNamespace(ref)}${suffix}`);
  const { create, update, prune } = result.summary;
  const changes = create + update + prune;
  if (result.dryRun) {
    return [...lines, `${counted(changes, "change")}, nothing written; the mesh is at revision ${result.revision}`];
  }
  if (changes === 0) {
    return [...lines, `revision ${result.revision} (nothing to change)`];
  }
  lines.push(`revision ${result.revision}`);
  // The first revision has nothing before it to go back to.
  if (result.revision > 1) {
    lines.push(`Undo: selvage rollback --to ${result.revision - 1}`);
  }
  return lines;
}
