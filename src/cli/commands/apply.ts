// `selvage apply -f …`: all documents or none, as one revision; says what became of each, and how to undo it.
import type { ApplyResult } from "../../model/api/apply.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { loadDocuments } from "../session/load-documents.ts";
import { printChange } from "../print/print-change.ts";
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
  await printChange(session, result);
  if (options.wait !== true || result.dryRun) {
    return exitCodes.ok;
  }
  return waitForRevision(session, result.revision, options.timeout);
}

/** `17` → `"17"`: the header wants the quotes, the shell does not. */
export const ifMatchHeader = (given: string | undefined): string | undefined =>
  given === undefined || given === "*" || given.startsWith('"') || given.startsWith("W/") ? given : `"${given}"`;
