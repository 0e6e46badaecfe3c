// `selvage report [SERVICE]`: the report as the mesh writes it, as text, CSV, JSON or YAML.
import type { Report } from "../../model/api/signals.ts";
import { printData } from "../print/print-data.ts";
import { reportFailure } from "../print/report-failure.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import type { CliSession } from "../session/session.ts";
import { sayError } from "../session/error-line.ts";
import { windowNotes, askedWindow, type WindowOptions } from "./asked.ts";

interface ReportOptions extends WindowOptions {
  readonly objective: string;
  readonly csv?: boolean;
}

export async function report(
  session: CliSession,
  service: string | undefined,
  options: ReportOptions,
): Promise<ExitCode> {
  const { objective, csv } = options;
  const query = { ...askedWindow(session, options), objective, ...(service === undefined ? {} : { service }) };
  if (csv === true && session.output !== "table") {
    sayError(session.terminal, `--csv and -o ${session.output} are two formats: give one of them`);
    return exitCodes.usage;
  }
  const isText = csv === true || session.output === "table" || session.output === "wide";
  if (isText) {
    const format = csv === true ? "csv" : "text";
    const answer = await session.client.call<string>("GET", "/report", { query: { ...query, format } });
    if (!answer.ok) {
      return reportFailure(answer.failure, session.terminal);
    }
    session.terminal.out(String(answer.value).trimEnd());
    return exitCodes.ok;
  }
  const answer = await session.client.call<Report>("GET", "/report", { query });
  if (!answer.ok) {
    return reportFailure(answer.failure, session.terminal);
  }
  const { items, window } = answer.value;
  await printData(session, {
    data: answer.value,
    human: () => [],
    names: () => items.map(({ namespace, name }) => `service/${name}.${namespace}`),
  });
  for (const note of windowNotes(window)) {
    session.terminal.err(note);
  }
  return exitCodes.ok;
}
