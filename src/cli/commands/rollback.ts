// `selvage rollback --to N`: the documents of revision N become a new revision. Nothing of the history is lost.
import type { ApplyResult, RollbackRequest } from "../../model/api/apply.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { printChange } from "../print/print-change.ts";
import { printFindings } from "../print/print-findings.ts";
import { reportFailure } from "../print/report-failure.ts";
import type { CliSession } from "../session/session.ts";
import { waitForRevision } from "../print/wait-for-revision.ts";
import { ifMatchHeader } from "./apply.ts";

/** Of the findings that tell what is lost for good. */
export const LOSS = "SLV1023";

export interface RollbackOptions {
  readonly to: number;
  readonly ifMatch?: string;
  readonly reason?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly wait?: boolean;
  readonly timeout: number;
}

export async function rollbackCommand(session: CliSession, options: RollbackOptions): Promise<ExitCode> {
  const { client, terminal } = session;
  const body: RollbackRequest = options.reason === undefined ? {} : { reason: options.reason };
  const path = `/revisions/${options.to}/rollback`;
  const ifMatch = ifMatchHeader(options.ifMatch);
  // What going back does not bring back is said before, not after.
  const planned = await client.call<ApplyResult>("POST", path, { body, query: { dryRun: true }, ifMatch });
  if (!planned.ok) {
    return reportFailure(planned.failure, terminal);
  }
  const losses = planned.value.warnings.filter(({ code }) => code === LOSS);
  if (options.dryRun !== true) {
    await printFindings(losses, null, terminal);
  }
  if (losses.length > 0 && options.dryRun !== true && options.yes !== true) {
    const goesOn = await terminal.confirm(`Go back to revision ${options.to} all the same?`);
    if (!goesOn) {
      terminal.err("nothing was changed");
      return exitCodes.conflict;
    }
  }
  const answer = options.dryRun === true ? planned : await client.call<ApplyResult>("POST", path, { body, ifMatch });
  if (!answer.ok) {
    return reportFailure(answer.failure, terminal);
  }
  const { warnings } = answer.value;
  await printFindings(
    options.dryRun === true ? warnings : warnings.filter(({ code }) => code !== LOSS),
    null,
    terminal,
  );
  await printChange(session, answer.value);
  if (answer.value.dryRun) {
    return exitCodes.ok;
  }
  return options.wait === true ? waitForRevision(session, answer.value.revision, options.timeout) : exitCodes.ok;
}
