// `selvage cost` as commander sees it.
import { type Command, InvalidArgumentError } from "commander";
import type { ExitCode } from "./session/exit-code.ts";
import { integer } from "./session/integer.ts";
import type { CliSession } from "./session/session.ts";

const MOST = 1_000_000;

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || value > MOST || text.trim() === "") {
    throw new InvalidArgumentError(`It must be a number above 0, and at most ${MOST}.`);
  }
  return value;
}

export function addCostCommand(
  program: Command,
  withSession: (command: Command, run: (session: CliSession) => Promise<ExitCode>) => Promise<void>,
): void {
  program
    .command("cost")
    .description("what a mesh of such a size costs a month, beside what others cost; asks nobody")
    .option("--rps <number>", "requests a second, day and night", positive, 1000)
    .option("--services <number>", "services with breakers, ejection or health checks", integer(0, MOST), 50)
    .option("--edges <number>", "isolates that serve at a time", integer(1, MOST), 1)
    .option("--limits <number>", "policies with leased limits that a request meets", integer(0, 100), 1)
    .option("--cpu-ms <number>", "CPU that is billed for one request, milliseconds", positive, 1)
    .action(async (options, command) =>
      withSession(command, async (session) => (await import("./cost/cost.ts")).cost(session, options)),
    );
}
