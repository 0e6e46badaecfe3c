// `selvage registry adopt`: after the database was restored to an earlier time, the mesh follows it.
import type { Adoption } from "../../model/api/registry.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { printData } from "../print/print-data.ts";
import { reportFailure } from "../print/report-failure.ts";
import type { CliSession } from "../session/session.ts";

export async function adoptRegistry(session: CliSession): Promise<ExitCode> {
  const answer = await session.client.call<Adoption>("POST", "/registry/adopt");
  if (!answer.ok) {
    return reportFailure(answer.failure, session.terminal);
  }
  const { epoch, revision, known, wasSetBack } = answer.value;
  const from = wasSetBack ? `, where the mesh knew ${known}` : "; it was not set back";
  await printData(session, {
    data: answer.value,
    human: () => [`the registry is adopted at revision ${revision}${from}: every isolate follows within 2 s`],
    names: () => [String(epoch)],
  });
  return exitCodes.ok;
}
