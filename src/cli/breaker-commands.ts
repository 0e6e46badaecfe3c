// `selvage breaker …` as commander sees it.
import type { Command } from "commander";
import type { ExitCode } from "./session/exit-code.ts";
import type { CliSession } from "./session/session.ts";

export function addBreakerCommands(
  program: Command,
  withSession: (command: Command, run: (session: CliSession) => Promise<ExitCode>) => Promise<void>,
): void {
  const breaker = program.command("breaker").description("circuit breakers of services");
  breaker
    .command("get")
    .description("breakers and ejections, as the whole fleet sees them")
    .argument("[service]")
    .option("-A, --all-namespaces", "every namespace")
    .action(async (service, options, command) =>
      withSession(command, async (session) =>
        (await import("./commands/breaker.ts")).getBreakers(session, service, options),
      ),
    );
  breaker
    .command("force")
    .description("hold a service open or closed for a while, or leave it to its breakers again")
    .argument("<service>")
    .addArgument(program.createArgument("<state>").choices(["open", "closed", "auto"]))
    .requiredOption("--reason <text>", "why, for the audit and for callers who are refused")
    .option("--ttl <duration>", "how long, at most 24h (default 10m)")
    .option("--only <version>", "only this version of it")
    .action(async (service, state, options, command) =>
      withSession(command, async (session) =>
        (await import("./commands/breaker.ts")).forceBreaker(session, service, state, options),
      ),
    );
}
