// `selvage history [REVISION]`: who changed what, when and why; with a number, that revision's documents.
import type { Revision, RevisionDetail, RevisionList } from "../../model/api/registry.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { printData, shortRef } from "../print/print-data.ts";
import { reportFailure } from "../print/report-failure.ts";
import type { CliSession } from "../session/session.ts";
import { table } from "../print/table.ts";
import { age } from "../../model/word/age.ts";
import { partsOfRef } from "../../model/word/refs.ts";

export interface HistoryOptions {
  readonly limit: number;
}

export async function history(
  session: CliSession,
  revision: number | undefined,
  options: HistoryOptions,
): Promise<ExitCode> {
  if (revision !== undefined) {
    return one(session, revision);
  }
  const { client, terminal } = session;
  const answer = await client.call<RevisionList>("GET", "/revisions", { query: { limit: options.limit } });
  if (!answer.ok) {
    return reportFailure(answer.failure, terminal);
  }
  const { items } = answer.value;
  await printData(session, {
    data: answer.value,
    human: () =>
      items.length === 0 ? [] : table(["REVISION", "AGE", "ACTOR", "SOURCE", "CHANGES", "REASON"], items.map(row)),
    names: () => items.map(({ revision }) => String(revision)),
  });
  if (items.length === 0) {
    terminal.err("no revisions yet");
  }
  return exitCodes.ok;
}

const row = (one: Revision): string[] => [
  String(one.revision),
  age(one.at, Date.now()),
  one.actor,
  one.source,
  changes(one),
  one.reason ?? "",
];

/** `+1 ~2 -1`: created, updated, removed. */
export const changes = ({ summary: { create, update, prune } }: Pick<Revision, "summary">): string =>
  [create > 0 ? `+${create}` : "", update > 0 ? `~${update}` : "", prune > 0 ? `-${prune}` : ""]
    .filter((part) => part !== "")
    .join(" ");

async function one(session: CliSession, revision: number): Promise<ExitCode> {
  const answer = await session.client.call<RevisionDetail>("GET", `/revisions/${revision}`);
  if (!answer.ok) {
    return reportFailure(answer.failure, session.terminal);
  }
  const detail = answer.value;
  await printData(session, {
    data: detail,
    human: () => [
      `revision ${detail.revision} · ${detail.at} · ${detail.actor} · ${detail.source}${detail.reason === null ? "" : ` · ${detail.reason}`}`,
      ...detail.changes.map(({ ref, action }) => `${action.padEnd(9)} ${shortRef(ref)} (${partsOfRef(ref).namespace})`),
    ],
    names: () => detail.changes.map(({ ref }) => shortRef(ref)),
  });
  return exitCodes.ok;
}
