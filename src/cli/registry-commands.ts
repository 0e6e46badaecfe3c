// `selvage registry …` as commander sees it.
import type { Command } from "commander";
import type { ExitCode } from "./session/exit-code.ts";
import type { CliSession } from "./session/session.ts";

export function addRegistryCommands(
  program: Command,
  withSession: (command: Command, run: (session: CliSession) => Promise<ExitCode>) => Promise<void>,
): void {
  const registry = program.command("registry").description("the database that the mesh is loaded from");
  registry
    .command("adopt")
    .description("after a restore to an earlier time: have every isolate take the registry as it is now")
    .action(async (_options, command) =>
      withSession(command, async (session) => (await import("./commands/registry.ts")).adoptRegistry(session)),
    );
}
