// `selvage replay -f FILE`, `selvage replay --to N`: what a change, or the return to a revision, would do to requests
// that were kept. Exit code 1 when any would end otherwise.
import type { ReplayAnswer } from "../../model/api/replay.ts";
import { printData } from "../print/print-data.ts";
import { askReplay, replaySummary, replayTable } from "../print/replay-table.ts";
import { reportFailure } from "../print/report-failure.ts";
import { exitCodes, type ExitCode } from "../session/exit-code.ts";
import { loadDocuments } from "../session/load-documents.ts";
import type { CliSession } from "../session/session.ts";

interface ReplayOptions {
  readonly filename?: readonly string[];
  readonly to?: number;
  readonly limit: number;
}

export async function replayCommand(session: CliSession, { filename, to, limit }: ReplayOptions): Promise<ExitCode> {
  const { client, terminal } = session;
  if ((filename === undefined) === (to === undefined)) {
    terminal.err("error: say what is replayed: -f FILE, a change, or --to REVISION, the return to it");
    return exitCodes.usage;
  }
  if (to !== undefined) {
    const answer = await client.call<ReplayAnswer>("POST", `/revisions/${to}/replay`, { query: { limit } });
    return answer.ok ? tell(session, answer.value) : reportFailure(answer.failure, terminal);
  }
  const loaded = loadDocuments(filename ?? [], terminal);
  if (!loaded.ok) {
    return loaded.exitCode;
  }
  const answer = await askReplay(client, loaded.bundle.body, { limit });
  if (!answer.ok) {
    return reportFailure(answer.failure, terminal, loaded.bundle);
  }
  return tell(session, answer.value);
}

async function tell(session: CliSession, replayed: ReplayAnswer): Promise<ExitCode> {
  const { items } = replayed;
  await printData(session, {
    data: replayed,
    human: () => replayTable(replayed),
    names: () => items.map(({ kind, example }) => `${kind}/${example.requestId}`),
  });
  session.terminal.err(replaySummary(replayed));
  return items.length === 0 ? exitCodes.ok : exitCodes.differences;
}
