// `selvage limit get`: how much of each limit is used, by which key, nearest to exhaustion first.
import type { LimitList, LimitUseAnswer } from "../../model/api/limits.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { keyText } from "../../status/key-text.ts";
import { printData } from "../print/print-data.ts";
import { reportFailure } from "../print/report-failure.ts";
import type { CliSession } from "../session/session.ts";
import { table } from "../print/table.ts";

export interface LimitGetOptions {
  readonly allNamespaces?: boolean;
  readonly limit: number;
}

export async function getLimits(session: CliSession, options: LimitGetOptions): Promise<ExitCode> {
  const query = {
    limit: String(options.limit),
    ...(options.allNamespaces === true ? {} : { namespace: session.namespace ?? "default" }),
  };
  const answer = await session.client.call<LimitList>("GET", "/limits", { query });
  if (!answer.ok) {
    return reportFailure(answer.failure, session.terminal);
  }
  const { items, unreachable } = answer.value;
  await printData(session, {
    data: answer.value,
    human: () => (items.length === 0 ? [] : limitTable(items, options.allNamespaces === true)),
    names: () => items.map((item) => `${ownerOf(item)}/${item.limit}`),
  });
  if (items.length === 0) {
    session.terminal.err("no limit is in use");
  }
  if (unreachable.length > 0) {
    session.terminal.err(`no answer from the limits of ${unreachable.join(", ")}`);
  }
  return exitCodes.ok;
}

/** Lines of the table. */
export function limitTable(items: readonly LimitUseAnswer[], namespaces: boolean): string[] {
  const head = ["POLICY", "LIMIT", "KEY", "USED", "LEASED", "REFUSED", "RESET"];
  const rows = items.map((item) => [
    ...(namespaces ? [item.namespace] : []),
    ownerOf(item),
    item.shadow ? `${item.limit} (shadow)` : item.limit,
    keyText(item),
    `${item.used}/${item.capacity}`,
    String(item.leased),
    String(item.refused),
    item.resetMs === 0 ? "" : `${(item.resetMs / 1000).toFixed(1)}s`,
  ]);
  return table(namespaces ? ["NAMESPACE", ...head] : head, rows);
}

/** A Tier may have the name of a policy. */
function ownerOf({ kind, policy }: LimitUseAnswer): string {
  return kind === "Tier" ? `tier/${policy}` : policy;
}
