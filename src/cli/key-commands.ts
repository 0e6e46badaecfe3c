// `selvage keys …` as commander sees it.
import type { Command } from "commander";
import type { ExitCode } from "./session/exit-code.ts";
import type { CliSession } from "./session/session.ts";

export function addKeyCommands(
  program: Command,
  withSession: (command: Command, run: (session: CliSession) => Promise<ExitCode>) => Promise<void>,
): void {
  const keys = program.command("keys").description("the mesh's own signing keys");
  keys
    .command("get")
    .description("which there are, and what each is for now")
    .action(async (_options, command) =>
      withSession(command, async (session) => (await import("./commands/keys.ts")).getKeys(session)),
    );
  keys
    .command("rotate")
    .description("sign with the next key, as soon as it has been published for ten minutes")
    .action(async (_options, command) =>
      withSession(command, async (session) => (await import("./commands/keys.ts")).rotateKeys(session)),
    );
  keys
    .command("revoke")
    .description("take a key out of use at once: whatever it signed is refused within seconds")
    .argument("<kid>", "its id, as `keys get` shows it")
    .action(async (kid, _options, command) =>
      withSession(command, async (session) => (await import("./commands/keys.ts")).revokeKey(session, kid)),
    );
}
