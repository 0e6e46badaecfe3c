// `selvage cost`: what a mesh of such a size costs a month, beside what others cost. Asks nobody.
import { printData } from "../print/print-data.ts";
import { table } from "../print/table.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import type { CliSession } from "../session/session.ts";
import { estimate, type CostQuestion, type CostRow, type Estimate } from "./estimate.ts";

const NOTES = [
  "Prices as published, read in November 2026; what they are now and how this was counted: docs/cost.md",
  "CPU is the part that only your own traffic tells: give what the dashboard says with --cpu-ms",
];

export async function cost(session: CliSession, asked: CostQuestion): Promise<ExitCode> {
  const found = estimate(asked);
  await printData(session, {
    data: { asked, ...found },
    human: () => costLines(found),
    names: () => found.selvage.map(({ what }) => what),
  });
  NOTES.forEach((note) => session.terminal.err(note));
  return exitCodes.ok;
}

export function costLines({ requests, callsPer1000, objectsAwake, selvage, others }: Estimate): string[] {
  const calls = Object.entries(callsPer1000).map(([name, many]) => `${many} ${name}`);
  return [
    `${(requests / 1e6).toFixed(0)} million requests a month; object calls for 1000 requests: ${calls.join(", ")}`,
    `${objectsAwake} objects awake`,
    "",
    ...table(["PER MONTH", "$", "$ PER MILLION"], [...selvage, ...others].map(cells)),
  ];
}

const cells = ({ what, month, perMillion }: CostRow): string[] => [what, month.toFixed(2), perMillion.toFixed(3)];
