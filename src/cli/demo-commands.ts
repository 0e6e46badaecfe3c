// `selvage demo …` as commander sees it.
import { type Command, Argument } from "commander";
import type { ExitCode } from "./session/exit-code.ts";
import { integer } from "./session/integer.ts";
import type { CliSession } from "./session/session.ts";

const NAMES = [
  "bad-canary",
  "bank-brownout",
  "noisy-client",
  "cluster-loss",
  "retry-storm",
  "key-expiry",
  "calm",
] as const;

export function addDemoCommands(
  program: Command,
  withSession: (command: Command, run: (session: CliSession) => Promise<ExitCode>) => Promise<void>,
): void {
  const demo = program.command("demo").description("the bookstore of `selvage up --demo`");
  demo
    .command("scenario")
    .description("let something go wrong in the bookstore for a while, and put everything back")
    .addArgument(new Argument("<name>", "what happens").choices(NAMES))
    .option("--seconds <number>", "how long it takes", integer(10, 3600), 120)
    .option("--seed <number>", "the same requests and faults for the same seed", integer(0, 2 ** 31 - 1), 1)
    .option("--data <folder>", "where the copies' logs go (SELVAGE_DATA)", process.env.SELVAGE_DATA || ".selvage")
    .addHelpText(
      "after",
      `
Scenarios:
  bad-canary      reviews v3 is given traffic, and fails
  bank-brownout   the bank behind payments becomes slow: a breaker opens
  noisy-client    one partner asks too much: a limit by application
  cluster-loss    a cluster goes away: another takes over
  retry-storm     a service fails: a budget bounds the retries
  key-expiry      the secret of a partner ends
  calm            nothing goes wrong

Examples:
  selvage up --demo                      # in another terminal
  selvage demo scenario bad-canary
  selvage demo scenario bank-brownout --seconds 300 --seed 7`,
    )
    .action(async (name: (typeof NAMES)[number], options, command) =>
      withSession(command, async (session) =>
        (await import("./scenario/scenario.ts")).scenario(session, name, options),
      ),
    );
}
