// `selvage apply -f …`: all documents or none, as one revision; says what became of each, and how to undo it.
import type { ApplyResult } from "../../model/api/apply.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { askReplay, replaySummary, replayTable } from "../print/replay-table.ts";
import type { Bundle } from "../session/bundle-sources.ts";
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
  /** First what it would do to requests that were kept; a person is asked before it is written. */
  readonly replay?: boolean;
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
  const seen = options.replay === true ? await replayed(session, loaded.bundle, options) : { revision: undefined };
  if (typeof seen === "number") {
    return seen;
  }
  const answer = await client.call<ApplyResult>("POST", "/apply", {
    query: { dryRun, strict, set, prune, pruneMax, manager, reason },
    text: { type: "application/yaml", content: loaded.bundle.body },
    // What was looked at is what is written.
    ifMatch: ifMatchHeader(options.ifMatch ?? seen.revision),
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

/** @returns the revision that was looked at; or how the command ends, with nothing written */
async function replayed(
  { client, terminal }: CliSession,
  bundle: Bundle,
  { prune }: ApplyFlags,
): Promise<{ readonly revision: string } | ExitCode> {
  const answer = await askReplay(client, bundle.body);
  if (!answer.ok) {
    return reportFailure(answer.failure, terminal, bundle);
  }
  for (const line of [...replayTable(answer.value), replaySummary(answer.value)]) {
    terminal.err(line);
  }
  if (prune === true) {
    terminal.err("Documents that --prune removes are still there in this.");
  }
  const { items, revision } = answer.value;
  const goesOn = items.length === 0 || (await terminal.confirm("Write it all the same?"));
  if (!goesOn) {
    terminal.err("Nothing was written.");
    return exitCodes.differences;
  }
  return { revision: String(revision) };
}

/** `17` → `"17"`: the header wants the quotes, the shell does not. */
export const ifMatchHeader = (given: string | undefined): string | undefined =>
  given === undefined || given === "*" || given.startsWith('"') || given.startsWith("W/") ? given : `"${given}"`;
