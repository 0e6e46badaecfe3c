// `selvage top`: golden signals of services, the worst first; of one service its parts. On a terminal it looks again
// until Ctrl-C; anywhere else, and with -o json, it looks once.
import type { HealthWord, SignalPart, Stats } from "../../model/api/signals.ts";
import { printData } from "../print/print-data.ts";
import { reportFailure } from "../print/report-failure.ts";
import { table } from "../print/table.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import type { CliSession } from "../session/session.ts";
import { millis, windowNotes, askedWindow, type WindowOptions } from "./asked.ts";

interface TopOptions extends WindowOptions {
  readonly interval: number;
  readonly once?: boolean;
}

const SIGNS: Readonly<Record<HealthWord, string>> = {
  failing: "▲ failing",
  degraded: "◆ degraded",
  unknown: "? unknown",
  draining: "↓ draining",
  idle: "○ idle",
  healthy: "● healthy",
};
export async function top(session: CliSession, service: string | undefined, options: TopOptions): Promise<ExitCode> {
  const isLive = process.stdout.isTTY && session.output === "table" && options.once !== true;
  for (;;) {
    const query = { ...askedWindow(session, options), ...(service === undefined ? {} : { service }) };
    const answer = await session.client.call<Stats>("GET", "/stats", { query });
    if (!answer.ok) {
      return reportFailure(answer.failure, session.terminal);
    }
    const stats = answer.value;
    if (!isLive) {
      await printData(session, {
        data: stats,
        rows: stats.services,
        human: () => topLines(stats),
        names: () => stats.services.map(nameOf),
      });
      for (const note of windowNotes(stats.window)) {
        session.terminal.err(note);
      }
      return exitCodes.ok;
    }
    session.terminal.clear();
    session.terminal.out([...windowNotes(stats.window), "", ...topLines(stats)].join("\n"));
    await new Promise((resolve) => setTimeout(resolve, options.interval * 1000));
  }
}

const nameOf = ({ namespace, name }: Stats["services"][number]): string => `service/${name}.${namespace}`;

const HEAD = ["RPS", "ERRORS", "LIMITED", "P50", "P95", "P99", "IN-FLIGHT"];

export function topLines({ services, detail, nowhere }: Stats): string[] {
  const lines = table(
    ["SERVICE", "STATE", ...HEAD, "ENDPOINTS", "WHY"],
    services.map(({ namespace, name, state, reasons, signals, endpoints }) => [
      `${namespace}/${name}`,
      SIGNS[state],
      ...cells(signals),
      `${endpoints.healthy}/${endpoints.total}`,
      reasons.join("; "),
    ]),
  );
  if (nowhere.requests > 0) {
    lines.push("", `${nowhere.requests} requests led to no service`);
  }
  if (detail === null) {
    return lines;
  }
  return lines.concat(
    parts("ROUTE", detail.routes),
    parts("ENDPOINT", detail.endpoints),
    parts("CLUSTER", detail.clusters),
    parts("CALLER", detail.callers),
    ["", ...table(["STATUS", "DECISION", "POLICY", "REQUESTS"], detail.endings.map(endingCells))],
  );
}

function parts(head: string, those: readonly SignalPart[]): string[] {
  const rows = those.map(({ name, signals }) => [name, ...cells(signals)]);
  return rows.length === 0 ? [] : ["", ...table([head, ...HEAD], rows)];
}

const cells = ({
  perSecond,
  errorPercent,
  limited,
  p50Ms,
  p95Ms,
  p99Ms,
  inFlight,
}: SignalPart["signals"]): string[] => [
  perSecond.toFixed(perSecond < 10 ? 2 : 0),
  `${errorPercent.toFixed(1)}%`,
  String(limited),
  millis(p50Ms),
  millis(p95Ms),
  millis(p99Ms),
  inFlight.toFixed(1),
];

function endingCells({
  status,
  decision,
  policy,
  requests,
}: NonNullable<Stats["detail"]>["endings"][number]): string[] {
  return [String(status), decision, policy ?? "", String(requests)];
}
