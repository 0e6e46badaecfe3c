// The commands about who talks to which mesh, as commander sees them.
import type { Command } from "commander";
import type { ContextAddFlags } from "./context/context.ts";
import type { ExitCode } from "./session/exit-code.ts";
import { integer } from "./session/integer.ts";
import type { CliSession } from "./session/session.ts";

const flagsOf = (command: Command): ContextAddFlags => command.optsWithGlobals<ContextAddFlags>();

export function addContextCommands(
  program: Command,
  withSession: (command: Command, run: (session: CliSession) => Promise<ExitCode>) => Promise<void>,
): void {
  const context = program.command("context").description("meshes by name: address, token, namespace");
  context
    .command("add")
    .description("keep --server, --token and -n under a name; the first one is used at once")
    .argument("<name>")
    .option("--token-file <path>", "read the token from a file, or from standard input (-)")
    .action(async (name, _options, command) =>
      withSession(command, async (session) =>
        (await import("./context/context.ts")).addContext(session, name, flagsOf(command)),
      ),
    );
  context
    .command("use")
    .description("talk to this one from now on")
    .argument("<name>")
    .action(async (name, _options, command) =>
      withSession(command, async (session) => (await import("./context/context.ts")).useContext(session, name)),
    );
  context
    .command("list")
    .alias("ls")
    .description("which there are, and which one is in use")
    .action(async (_options, command) =>
      withSession(command, async (session) => (await import("./context/context.ts")).listContexts(session)),
    );
  context
    .command("rm")
    .description("forget one, and its token")
    .argument("<name>")
    .action(async (name, _options, command) =>
      withSession(command, async (session) => (await import("./context/context.ts")).removeContext(session, name)),
    );

  const auth = program.command("auth").description("what the mesh takes you for");
  auth
    .command("whoami")
    .description("name, role, namespaces, and how the mesh knows")
    .action(async (_options, command) =>
      withSession(command, async (session) => (await import("./context/auth.ts")).whoami(session)),
    );
  auth
    .command("can-i")
    .description("whether you may: can-i apply service -n shop; exit code 1 for no")
    .argument("<verb>", "get, apply, delete, …")
    .argument("<kind>", "a kind, or tokens, keys, registry")
    .action(async (verb, kind, _options, command) =>
      withSession(command, async (session) => (await import("./context/auth.ts")).canI(session, verb, kind)),
    );
  program
    .command("audit")
    .description("who wrote or was refused what, newest first; hash-chained")
    .option("--limit <number>", "how many", integer(1, 100), 20)
    .option("--verify", "walk the whole chain; exit code 1 when it is broken")
    .action(async (options, command) =>
      withSession(command, async (session) => (await import("./context/audit.ts")).audit(session, options)),
    );
  program
    .command("version")
    .description("of this command and of the mesh")
    .action(async (_options, command) =>
      withSession(command, async (session) => (await import("./context/version.ts")).version(session)),
    );
  program
    .command("bug-report")
    .description("versions, health and faults as one JSON text, without secrets and documents")
    .action(async (_options, command) =>
      withSession(command, async (session) => (await import("./context/version.ts")).bugReport(session)),
    );
}
