// The commands that change or explain one document, as commander sees them.
import { type Command, Option } from "commander";
import type { ExitCode } from "./session/exit-code.ts";
import { seconds } from "./session/integer.ts";
import type { CliSession } from "./session/session.ts";

export function addDocumentCommands(
  program: Command,
  withSession: (command: Command, run: (session: CliSession) => Promise<ExitCode>) => Promise<void>,
): void {
  const dryRun = ["--dry-run", "say what would happen, write nothing"] as const;
  const reason = ["--reason <text>", "why, for the history"] as const;

  program
    .command("edit")
    .description("change one document in your editor (SELVAGE_EDITOR, VISUAL, EDITOR)")
    .argument("<kind>")
    .argument("[name]")
    .option(...dryRun)
    .option(...reason)
    .action(async (kind, name, options, command) =>
      withSession(command, async (session) => (await import("./write/edit.ts")).edit(session, kind, name, options)),
    );
  program
    .command("patch")
    .description("change some fields of one document")
    .argument("<kind>")
    .argument("[name]")
    .requiredOption("-p, --patch <patch>", "JSON or YAML, over the whole document; null removes a field")
    .addOption(
      new Option("--type <type>", "merge (RFC 7396) or json (RFC 6902)").choices(["merge", "json"]).default("merge"),
    )
    .option(...dryRun)
    .option(...reason)
    .action(async (kind, name, options, command) =>
      withSession(command, async (session) => (await import("./write/patch.ts")).patch(session, kind, name, options)),
    );
  for (const [name, field, what] of [
    ["label", "labels", "a label"],
    ["annotate", "annotations", "an annotation"],
  ] as const) {
    program
      .command(name)
      .description(`set ${what} (KEY=VALUE) of one document, or take it away (KEY-)`)
      .argument("<kind>")
      .argument("<name>")
      .argument("[changes...]")
      .option("--overwrite", "also one that has another value")
      .option(...dryRun)
      .option(...reason)
      .action(async (kind, document, changes, options, command) =>
        withSession(command, async (session) =>
          (await import("./write/patch.ts")).label(session, field, kind, document, changes, options),
        ),
      );
  }
  program
    .command("wait")
    .description("until a condition holds, a field has a value, or a document is there or gone")
    .argument("<kind>")
    .argument("[name]")
    .requiredOption("--for <what>", "condition=TYPE[=STATUS], jsonpath={PATH}[=VALUE], create, delete")
    .option("--timeout <seconds>", "longest wait", seconds(3600), 30)
    .action(async (kind, name, options, command) =>
      withSession(command, async (session) =>
        (await import("./write/wait.ts")).waitForCondition(session, kind, name, options),
      ),
    );
}
