// Requests that were kept: `selvage get requests`, `selvage get request ID`, `selvage explain REQUEST_ID`.
import type { ReceiptList, ReceiptShown } from "../../model/api/requests.ts";
import { printData } from "../print/print-data.ts";
import { reportFailure } from "../print/report-failure.ts";
import { table } from "../print/table.ts";
import { exitCodes, type ExitCode } from "../session/exit-code.ts";
import type { CliSession } from "../session/session.ts";

export async function listRequests(session: CliSession, allNamespaces: boolean): Promise<ExitCode> {
  const namespace = allNamespaces ? undefined : (session.namespace ?? undefined);
  const answer = await session.client.call<ReceiptList>("GET", "/requests", { query: { namespace } });
  if (!answer.ok) {
    return reportFailure(answer.failure, session.terminal);
  }
  const { items, dropped } = answer.value;
  const rows = items.map((one) => [
    one.at,
    one.requestId,
    one.method,
    `${one.host}${one.path}`,
    String(one.status),
    `${one.tookMs} ms`,
    one.service,
    one.code ?? one.decision,
    one.keptFor,
  ]);
  await printData(session, {
    data: answer.value,
    human: () =>
      rows.length === 0
        ? []
        : table(["TIME", "REQUEST", "METHOD", "PATH", "STATUS", "TOOK", "SERVICE", "DECISION", "KEPT FOR"], rows),
    names: () => items.map(({ requestId }) => `request/${requestId}`),
  });
  if (rows.length === 0) {
    session.terminal.err("no request was kept: refused, failed and slow ones are, and a share of all");
  }
  if (dropped > 0) {
    session.terminal.err(`${dropped} more were not kept: there were too many`);
  }
  return exitCodes.ok;
}

export async function showRequest(session: CliSession, id: string): Promise<ExitCode> {
  const answer = await session.client.call<ReceiptShown>("GET", `/requests/${encodeURIComponent(id)}`);
  if (!answer.ok) {
    return reportFailure(answer.failure, session.terminal);
  }
  await printData(session, {
    data: answer.value,
    human: () => receiptLines(answer.value),
    names: () => [`request/${answer.value.requestId}`],
  });
  return exitCodes.ok;
}

function receiptLines(one: ReceiptShown): string[] {
  const calls = one.calls.map(({ purpose, endpoint, fromMs, toMs, status, failure }) => [
    purpose,
    endpoint,
    `${fromMs} ms`,
    toMs === null ? "" : `${toMs - fromMs} ms`,
    failure ?? String(status ?? ""),
  ]);
  return [
    `${one.method} ${one.host}${one.path} from ${one.clientIp ?? "an unknown address"} as ${one.caller}, at revision ${one.revision}`,
    `${one.at}, took ${one.tookMs} ms, kept because it was ${one.keptFor}, trace ${one.traceId}`,
    "",
    `route     ${one.route}${one.service === "" ? "" : ` to ${one.service}${one.version === null ? "" : ` ${one.version}`}`}`,
    ...Object.entries(one.held).map(([kind, names]) => `in force  ${kind}: ${names.join(", ")}`),
    ...one.steps.map(({ stage, facts }) => `told      ${stage} ${JSON.stringify(facts)}`),
    ...(calls.length === 0 ? [] : ["", ...table(["CALL", "ENDPOINT", "BEGAN", "TOOK", "ENDED"], calls)]),
    "",
    one.decision === "forwarded"
      ? `The service answered ${one.status}.`
      : `The mesh answered ${one.status}: ${one.decision}${one.policy === null ? "" : ` by ${one.policy}`}${one.code === null ? "" : `, ${one.code}`} ${one.detail ?? ""}`.trimEnd(),
  ];
}
