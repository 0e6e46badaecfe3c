// `selvage replay -f FILE`: what a change would do to requests that were kept. Exit code 1 when any would end
// otherwise.
import type { ReplayAnswer } from "../../model/api/replay.ts";
import { printData } from "../print/print-data.ts";
import { reportFailure } from "../print/report-failure.ts";
import { table } from "../print/table.ts";
import { exitCodes, type ExitCode } from "../session/exit-code.ts";
import { loadDocuments } from "../session/load-documents.ts";
import type { ApiAnswer, ApiClient } from "../session/client.ts";
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

/** @param content documents, as YAML */
export function askReplay(
  client: Pick<ApiClient, "call">,
  content: string,
  query: { readonly limit?: number } = {},
): Promise<ApiAnswer<ReplayAnswer>> {
  return client.call<ReplayAnswer>("POST", "/replay", { query, text: { type: "application/yaml", content } });
}

/** Empty where nothing differs. */
export function replayTable({ items }: ReplayAnswer): string[] {
  const rows = items.map(({ kind, caller, route, requests, uncertain, example }) => [
    kind,
    String(requests) + (uncertain === 0 ? "" : ` (${uncertain} uncertain)`),
    caller,
    route ?? "",
    `${example.method} ${example.host}${example.path}`,
    ended(example.before),
    ended(example.after),
  ]);
  const head = ["CHANGE", "REQUESTS", "CALLER", "ROUTE", "FOR EXAMPLE", "NOW", "THEN"];
  return rows.length === 0 ? [] : table(head, rows);
}

export function replaySummary({ items, replayed, skipped, since, revision }: ReplayAnswer): string {
  const left = skipped === 0 ? "" : `, ${skipped} left out (their proofs cannot be shown again)`;
  return `${replayed} kept requests${since === null ? "" : ` since ${since}`} against revision ${revision}: ${items.length === 0 ? "all would end as they do now" : `${items.length} differences`}${left}`;
}

function ended({ status, policy, code, destination }: ReplayAnswer["items"][number]["example"]["after"]): string {
  return status === null
    ? `to ${destination ?? "?"}`
    : [String(status), code, policy].filter((one) => one !== null).join(" ");
}
