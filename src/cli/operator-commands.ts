// `selvage token …` and `selvage override …` as commander sees them.
import { type Command, Option } from "commander";
import type { ExitCode } from "./session/exit-code.ts";
import type { CliSession } from "./session/session.ts";

const names = (text: string): string[] => text.split(",").filter((name) => name !== "");

export function addOperatorCommands(
  program: Command,
  withSession: (command: Command, run: (session: CliSession) => Promise<ExitCode>) => Promise<void>,
): void {
  const token = program.command("token").description("tokens of operators");
  token
    .command("create")
    .description("make a token; it is shown once")
    .argument("<name>", "who or what will use it")
    .addOption(new Option("--role <role>", "what it may do").choices(["viewer", "operator", "admin"]).default("viewer"))
    .option("--namespaces <list>", "only these, separated by commas", names)
    .option("--expires <when>", "a duration (24h) or a time (RFC 3339)")
    .action(async (name, options, command) =>
      withSession(command, async (session) =>
        (await import("./commands/token.ts")).tokenCreateCommand(session, name, options),
      ),
    );
  token
    .command("ls")
    .description("list tokens")
    .action(async (_options, command) =>
      withSession(command, async (session) => (await import("./commands/token.ts")).listTokens(session)),
    );
  token
    .command("rm")
    .description("revoke a token")
    .argument("<id>")
    .action(async (id, _options, command) =>
      withSession(command, async (session) => (await import("./commands/token.ts")).removeToken(session, id)),
    );

  const override = program.command("override").description("break-glass: lay a patch over a document for a while");
  override
    .command("add")
    .description("change what a document does, until a time; the document itself stays as it is")
    .argument("<kind>")
    .argument("<name>")
    .requiredOption("--patch <patch>", "JSON or YAML, merged into the spec (RFC 7396); null removes a field")
    .requiredOption("--reason <text>", "why, for history and audit")
    .option("--for <duration>", "how long, at most 24h", "1h")
    .option("--name <name>", "name of the Override (default: made of kind and name)")
    .action(async (kind, name, options, command) =>
      withSession(command, async (session) =>
        (await import("./commands/override.ts")).addOverride(session, kind, name, options),
      ),
    );
  override
    .command("ls")
    .description("what is overridden, until when, by whom and why")
    .option("-A, --all-namespaces", "every namespace")
    .action(async (options, command) =>
      withSession(command, async (session) => (await import("./commands/override.ts")).listOverrides(session, options)),
    );
  override
    .command("rm")
    .description("end an Override before its time")
    .argument("<name>")
    .action(async (name, _options, command) =>
      withSession(command, async (session) => (await import("./commands/override.ts")).removeOverride(session, name)),
    );
}
