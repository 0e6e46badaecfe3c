// `selvage rollback --to N`: the documents of revision N become a new revision. Nothing of the history is lost.
import type { ApplyResult, RollbackRequest } from "../../model/api/apply.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { printData, shortRef } from "../print/print-data.ts";
import { printFindings } from "../print/print-findings.ts";
import { reportFailure } from "../print/report-failure.ts";
import type { CliSession } from "../session/session.ts";
import { waitForRevision } from "../print/wait-for-revision.ts";
import { applied, ifMatchHeader } from "./apply.ts";

export interface RollbackOptions {
  readonly to: number;
  readonly ifMatch?: string;
  readonly reason?: string;
  readonly wait?: boolean;
  readonly timeout: number;
}

export async function rollbackCommand(session: CliSession, options: RollbackOptions): Promise<ExitCode> {
  const { client, terminal } = session;
  const body: RollbackRequest = options.reason === undefined ? {} : { reason: options.reason };
  const answer = await client.call<ApplyResult>("POST", `/revisions/${options.to}/rollback`, {
    body,
    ifMatch: ifMatchHeader(options.ifMatch),
  });
  if (!answer.ok) return reportFailure(answer.failure, terminal);
  await printFindings(answer.value.warnings, null, terminal);
  await printData(session, {
    data: answer.value,
    human: () => applied(answer.value),
    names: () => answer.value.items.map(({ ref }) => shortRef(ref)),
  });
  return options.wait === true ? waitForRevision(session, answer.value.revision, options.timeout) : exitCodes.ok;
}
