// `selvage graph`: who calls whom, one edge a line, the busiest first.
import type { Graph } from "../../model/api/signals.ts";
import { printData } from "../print/print-data.ts";
import { reportFailure } from "../print/report-failure.ts";
import { table } from "../print/table.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import type { CliSession } from "../session/session.ts";
import { millis, windowNotes, askedWindow, type WindowOptions } from "./asked.ts";

export async function graph(session: CliSession, options: WindowOptions): Promise<ExitCode> {
  const answer = await session.client.call<Graph>("GET", "/graph", { query: askedWindow(session, options) });
  if (!answer.ok) {
    return reportFailure(answer.failure, session.terminal);
  }
  const told = answer.value;
  await printData(session, {
    data: told,
    rows: told.edges,
    human: () => graphLines(told),
    names: () => told.nodes.map(({ id }) => id),
  });
  for (const note of windowNotes(told.window)) {
    session.terminal.err(note);
  }
  return exitCodes.ok;
}

/** Services that nobody is meant to call, and nobody calls, are lines as well. */
export function graphLines({ nodes, edges }: Graph): string[] {
  const named = new Map(nodes.map(({ id, kind, namespace, name }) => [id, label({ kind, namespace, name })]));
  const reached = new Set(edges.map(({ to }) => to));
  const lone = nodes.filter(({ id, kind }) => kind === "service" && !reached.has(id));
  return table(
    ["CALLER", "SERVICE", "RPS", "ERRORS", "P95", "DECLARED BY"],
    [
      ...edges.map(({ from, to, signals, declared }) => [
        named.get(from) ?? from,
        named.get(to) ?? to,
        signals === null ? "" : signals.perSecond.toFixed(2),
        signals === null ? "" : `${signals.errorPercent.toFixed(1)}%`,
        signals === null ? "" : millis(signals.p95Ms),
        declared.join(", "),
      ]),
      ...lone.map(({ id }) => ["", named.get(id) ?? id, "", "", "", ""]),
    ],
  );
}

function label({ kind, namespace, name }: Pick<Graph["nodes"][number], "kind" | "namespace" | "name">): string {
  const full = namespace === null ? name : `${namespace}/${name}`;
  return kind === "service" || kind === "class" ? full : `${kind} ${full}`;
}
