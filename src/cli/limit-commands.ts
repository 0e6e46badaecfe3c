// `selvage limit …` as commander sees it.
import type { Command } from "commander";
import type { ExitCode } from "./session/exit-code.ts";
import { integer } from "./session/integer.ts";
import type { CliSession } from "./session/session.ts";

const MOST = 1_000_000_000;

export function addLimitCommands(
  program: Command,
  withSession: (command: Command, run: (session: CliSession) => Promise<ExitCode>) => Promise<void>,
): void {
  const limit = program.command("limit").description("limits on requests");
  limit
    .command("get")
    .description("how much of each limit is used, nearest to exhaustion first")
    .option("-A, --all-namespaces", "every namespace")
    .option("--limit <number>", "how many", integer(1, 1000), 100)
    .action(async (options, command) =>
      withSession(command, async (session) => (await import("./commands/limit.ts")).getLimits(session, options)),
    );
  limit
    .command("preview")
    .description("what a limit would have refused in the last hour, had its numbers been others")
    .argument("<policy>", "a RateLimitPolicy, or one limit of it: POLICY/LIMIT")
    .option("--tier", "the name is that of a Tier")
    .option("--requests <number>", "requests in each window (default: as it is)", integer(1, MOST))
    .option("--window <duration>", "such as 1s, 1m, 24h (default: as it is)")
    .option("--burst <number>", "requests that may come back to back (default: as in a document)", integer(1, MOST))
    .option("--keys <number>", "how many keys to show", integer(0, 1000), 20)
    .action(async (policy, options, command) =>
      withSession(command, async (session) =>
        (await import("./commands/limit-preview.ts")).previewLimits(session, policy, options),
      ),
    );
}
