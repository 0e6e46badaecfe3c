// `selvage audit`: who wrote or was refused what, and whether the chain of entries is whole.
import type { AuditEntry, AuditList } from "../../model/api/operators.ts";
import { printData } from "../print/print-data.ts";
import { reportFailure } from "../print/report-failure.ts";
import { table } from "../print/table.ts";
import { age } from "../../model/word/age.ts";
import { exitCodes, type ExitCode } from "../session/exit-code.ts";
import type { CliSession } from "../session/session.ts";

interface Verification {
  readonly ok: boolean;
  readonly length: number;
  readonly brokenAt?: number;
}

export async function audit(
  session: CliSession,
  options: { readonly limit: number; readonly verify?: boolean },
): Promise<ExitCode> {
  const { client, terminal } = session;
  if (options.verify === true) {
    const answer = await client.call<Verification>("GET", "/audit/verify");
    if (!answer.ok) {
      return reportFailure(answer.failure, terminal);
    }
    const { ok, length, brokenAt } = answer.value;
    await printData(session, {
      data: answer.value,
      human: () => [
        ok ? `${length} entries, the chain is whole` : `the chain is broken at entry ${brokenAt ?? "?"} of ${length}`,
      ],
      names: () => [String(length)],
    });
    return ok ? exitCodes.ok : exitCodes.differences;
  }
  const answer = await client.call<AuditList>("GET", "/audit", { query: { limit: options.limit } });
  if (!answer.ok) {
    return reportFailure(answer.failure, terminal);
  }
  const { items } = answer.value;
  await printData(session, {
    data: answer.value,
    human: () =>
      items.length === 0
        ? []
        : table(["SEQ", "AGE", "ACTOR", "ACTION", "TARGET", "OUTCOME", "REVISION", "REASON"], items.map(row)),
    names: () => items.map(({ seq }) => String(seq)),
  });
  return exitCodes.ok;
}

const row = ({ seq, at, actor, action, target, outcome, revision, reason, detail }: AuditEntry): string[] => [
  String(seq),
  age(at, Date.now()),
  "agent" in detail ? `${actor} (agent)` : actor,
  action,
  target,
  outcome,
  revision === null ? "" : String(revision),
  reason ?? "",
];
