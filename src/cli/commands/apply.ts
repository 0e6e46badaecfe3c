// `selvage apply -f …`: all documents or none, as one revision; says what became of each, and how to undo it.
import type { ApplyResult, PlanItem } from "../../model/api/apply.ts";
import { counted } from "../print/plural.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { loadDocuments } from "../session/load-documents.ts";
import { inNamespace, printData, shortRef } from "../print/print-data.ts";
import { printFindings } from "../print/print-findings.ts";
import { reportFailure } from "../print/report-failure.ts";
import type { CliSession } from "../session/session.ts";
import { waitForRevision } from "../print/wait-for-revision.ts";

export interface ApplyFlags {
  readonly filename: readonly string[];
  readonly kustomize?: string;
  readonly set?: string;
  readonly prune?: boolean;
  readonly pruneMax?: number;
  readonly dryRun?: boolean;
  readonly strict?: boolean;
  readonly manager?: string;
  /** The revision that the change is based on, or `*`. */
  readonly ifMatch?: string;
  readonly reason?: string;
  readonly wait?: boolean;
  /** Seconds that `--wait` waits. */
  readonly timeout: number;
}

export async function applyCommand(session: CliSession, options: ApplyFlags): Promise<ExitCode> {
  const { client, terminal } = session;
  const loaded = loadDocuments(options.filename, terminal, options.kustomize);
  if (!loaded.ok) {
    return loaded.exitCode;
  }
  const { dryRun, strict, set, prune, pruneMax, manager, reason } = options;
  const answer = await client.call<ApplyResult>("POST", "/apply", {
    query: { dryRun, strict, set, prune, pruneMax, manager, reason },
    text: { type: "application/yaml", content: loaded.bundle.body },
    ifMatch: ifMatchHeader(options.ifMatch),
  });
  if (!answer.ok) {
    return reportFailure(answer.failure, terminal, loaded.bundle);
  }
  const result = answer.value;
  await printFindings(result.warnings, loaded.bundle, terminal);
  await printData(session, {
    data: result,
    human: () => applied(result),
    names: () => result.items.map(({ ref }) => shortRef(ref)),
  });
  if (options.wait !== true || result.dryRun) {
    return exitCodes.ok;
  }
  return waitForRevision(session, result.revision, options.timeout);
}

/** `17` → `"17"`: the header wants the quotes, the shell does not. */
export const ifMatchHeader = (given: string | undefined): string | undefined =>
  given === undefined || given === "*" || given.startsWith('"') || given.startsWith("W/") ? given : `"${given}"`;

const words: Readonly<Record<PlanItem["action"], string>> = {
  create: "created",
  update: "configured",
  unchanged: "unchanged",
  prune: "pruned",
  delete: "deleted",
};

/** What happened to each document, the revision, and the way back. */
export function applied(result: ApplyResult): string[] {
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
