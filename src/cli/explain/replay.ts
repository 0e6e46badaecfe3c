// `selvage replay -f FILE`: what a change would do to requests that were kept. Exit code 1 when any would end
// otherwise.
import { printData } from "../print/print-data.ts";
import { askReplay, replaySummary, replayTable } from "../print/replay-table.ts";
import { reportFailure } from "../print/report-failure.ts";
import { exitCodes, type ExitCode } from "../session/exit-code.ts";
import { loadDocuments } from "../session/load-documents.ts";
import type { CliSession } from "../session/session.ts";

export async function replayCommand(
  session: CliSession,
  { filename, limit }: { readonly filename: readonly string[]; readonly limit: number },
): Promise<ExitCode> {
  const { client, terminal } = session;
  const loaded = loadDocuments(filename, terminal);
  if (!loaded.ok) {
    return loaded.exitCode;
  }
  const answer = await askReplay(client, loaded.bundle.body, { limit });
  if (!answer.ok) {
    return reportFailure(answer.failure, terminal, loaded.bundle);
  }
  const { items } = answer.value;
  await printData(session, {
    data: answer.value,
    human: () => replayTable(answer.value),
    names: () => items.map(({ kind, example }) => `${kind}/${example.requestId}`),
  });
  terminal.err(replaySummary(answer.value));
  return items.length === 0 ? exitCodes.ok : exitCodes.differences;
}
