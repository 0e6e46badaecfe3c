// The command line as commander sees it: names, options, help. Each command's code is loaded when it is called, so that
// `--help` and completion stay quick.
import { sayError } from "./session/error-line.ts";
import { Command, Help } from "commander";
import { addAgentCommand } from "./agent-commands.ts";
import { addBreakerCommands } from "./breaker-commands.ts";
import { addClientCommands } from "./client-commands.ts";
import { addRolloutCommands } from "./rollout-commands.ts";
import { type ExitCode, exitCodes } from "./session/exit-code.ts";
import { integer, seconds } from "./session/integer.ts";
import { addCostCommand } from "./cost-commands.ts";
import { addContextCommands } from "./context-commands.ts";
import { addDemoCommands } from "./demo-commands.ts";
import { addDeployCommands } from "./deploy-commands.ts";
import { addDocumentCommands } from "./document-commands.ts";
import { addEndpointCommands } from "./endpoint-commands.ts";
import { EXAMPLES, examplesOf, groupOf, inOrder } from "./help-groups.ts";
import { addExplainCommands } from "./explain-commands.ts";
import { addImportCommand } from "./import-command.ts";
import { addKeyCommands } from "./key-commands.ts";
import { addRegistryCommands } from "./registry-commands.ts";
import { addLimitCommands } from "./limit-commands.ts";
import { addLocalCommands } from "./local-commands.ts";
import { addSignalCommands } from "./signal-commands.ts";
import { addOperatorCommands } from "./operator-commands.ts";
import { outputFormat } from "./print/output-format.ts";
import { openCliSession, type GlobalOptions, type CliSession } from "./session/session.ts";
import type { Terminal } from "./session/terminal.ts";

/** Told once, with the exit code of the command that ran. */
type Done = (code: ExitCode) => void;

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** Builds the program. It writes to `terminal` and ends nothing by itself. */
export function buildProgram(terminal: Terminal, done: Done): Command {
  const program = new Command("selvage")
    .description("A service mesh without sidecars, on Cloudflare Workers")
    .option("--server <url>", "the mesh (SELVAGE_URL; default http://127.0.0.1:8787)")
    .option("--token <token>", "operator token (SELVAGE_TOKEN)")
    .option("-n, --namespace <name>", "namespace (SELVAGE_NAMESPACE; default: default)")
    .option("--context <name>", "a mesh that `context add` keeps (SELVAGE_CONTEXT)")
    .option(
      "-o, --output <format>",
      "how to print: table, wide, json, yaml, name, jsonpath=…, custom-columns=…",
      outputFormat,
      "table",
    )
    .option("--request-timeout <seconds>", "longest wait for one answer", seconds(3600))
    .configureHelp({
      showGlobalOptions: true,
      visibleCommands: (command) => inOrder(new Help().visibleCommands(command)),
    })
    .showHelpAfterError("(selvage --help lists the commands)")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
    });

  /** Runs a command's code with a session made of the global options. */
  const withSession = async (command: Command, run: (session: CliSession) => Promise<ExitCode>): Promise<void> => {
    const opened = openCliSession(command.optsWithGlobals<GlobalOptions>(), terminal);
    if (!opened.ok) {
      sayError(terminal, opened.message);
      done(exitCodes.usage);
      return;
    }
    done(await run(opened.session));
  };

  const files = ["-f, --filename <path>", "file, folder or - for standard input; may be repeated", collect] as const;
  const kustomize = ["-k, --kustomize <folder>", "what kustomize makes of a folder"] as const;
  const pruneMax = ["--prune-max <number>", "remove up to so many, however many that is", integer(0, 20_000)] as const;
  const ifMatch = ["--if-match <revision>", "refuse when the mesh has moved on; * writes whatever is there"] as const;
  const reason = ["--reason <text>", "why, for the history"] as const;
  const wait = ["--wait", "until every isolate runs the new revision"] as const;
  const timeout = ["--timeout <seconds>", "longest wait of --wait", seconds(3600), 30] as const;

  addLocalCommands(program, terminal, done);
  addAgentCommand(program, terminal, done);
  addDemoCommands(program, withSession);
  addDeployCommands(program, terminal, done);

  program
    .command("apply")
    .description("write documents: all of them or none, as one revision")
    .option(...files)
    .option(...kustomize)
    .option("--set <name>", "the documents are the whole of this apply set")
    .option("--prune", "remove what the set no longer holds")
    .option(...pruneMax)
    .option("--dry-run", "say what would happen, write nothing")
    .option("--strict", "warnings refuse too")
    .option("--replay", "first show what it would do to requests that were kept, and ask before writing")
    .option("--manager <name>", "who looks after the documents", "cli")
    .option(...ifMatch)
    .option(...reason)
    .option(...wait)
    .option(...timeout)
    .action(async (options, command) =>
      withSession(command, async (session) =>
        (await import("./commands/apply.ts")).applyCommand(session, withFiles(command, options)),
      ),
    );

  program
    .command("diff")
    .description("what apply would change; exit code 1 when there are differences")
    .option(...files)
    .option(...kustomize)
    .option("--set <name>", "the documents are the whole of this apply set")
    .option("--prune", "show what would be removed")
    .option(...pruneMax)
    .option("--manager <name>", "who looks after the documents", "cli")
    .action(async (options, command) =>
      withSession(command, async (session) =>
        (await import("./commands/diff.ts")).diff(session, withFiles(command, options)),
      ),
    );

  program
    .command("validate")
    .description("check documents against the whole mesh, write nothing")
    .option(...files)
    .option(...kustomize)
    .option("--strict", "warnings count as errors")
    .action(async (options, command) =>
      withSession(command, async (session) =>
        (await import("./commands/validate.ts")).validate(session, withFiles(command, options)),
      ),
    );

  addImportCommand(program, withSession, files);

  program
    .command("get")
    .description(
      "list documents, or show one (kinds in any case, plural or short; also: endpoints, all, requests that were kept)",
    )
    .argument("<kind>", "e.g. services, httproute, svc,gateway or service/orders")
    .argument("[name]")
    .option("-A, --all-namespaces", "every namespace")
    .option("-l, --selector <labels>", "e.g. app=shop,tier!=web")
    .option("-w, --watch", "again whenever something changes, until Ctrl-C")
    .action(async (kind, name, options, command) =>
      withSession(command, async (session) => {
        const [word, id = name] = kind.split("/");
        if (word !== "request" && word !== "requests") {
          return (await import("./commands/get.ts")).get(session, kind, name, options);
        }
        const { listRequests, showRequest } = await import("./explain/requests.ts");
        return id === undefined ? listRequests(session, options.allNamespaces === true) : showRequest(session, id);
      }),
    );

  program
    .command("describe")
    .description("everything known about one document")
    .argument("<kind>")
    .argument("[name]")
    .action(async (kind, name, _options, command) =>
      withSession(command, async (session) =>
        (await import("./commands/describe.ts")).describeCommand(session, kind, name),
      ),
    );

  program
    .command("delete")
    .description("remove documents: by kind and names, by labels, or those of files")
    .argument("[kind]")
    .argument("[names...]")
    .option(...files)
    .option(...kustomize)
    .option("-l, --selector <labels>", "e.g. app=shop")
    .option("--ignore-not-found", "no error when it is not there")
    .option("--if-match <version>", "refuse when it is no longer at this resourceVersion")
    .option("--dry-run", "say what would happen, write nothing")
    .option(...reason)
    .action(async (kind, names, options, command) =>
      withSession(command, async (session) =>
        (await import("./commands/delete.ts")).deleteCommand(session, kind, names, options),
      ),
    );

  program
    .command("export")
    .description("the documents as users write them, for git and apply")
    .argument("[kind]")
    .option("-l, --selector <labels>", "e.g. app=shop")
    .action(async (kind, options, command) =>
      withSession(command, async (session) =>
        (await import("./commands/export.ts")).exportDocuments(session, kind, options),
      ),
    );

  program
    .command("history")
    .description("who changed what, newest first")
    .argument("[revision]", "show this revision's documents", integer(1, Number.MAX_SAFE_INTEGER))
    .option("--limit <number>", "how many", integer(1, 100), 20)
    .action(async (revision, options, command) =>
      withSession(command, async (session) =>
        (await import("./commands/history.ts")).history(session, revision, options),
      ),
    );

  program
    .command("rollback")
    .description("make the documents of an earlier revision a new revision")
    .requiredOption("--to <revision>", "the revision to go back to", integer(0, Number.MAX_SAFE_INTEGER))
    .option("--dry-run", "say what would happen and what it cannot bring back, write nothing")
    .option("-y, --yes", "do not ask, whatever is lost")
    .option(...ifMatch)
    .option(...reason)
    .option(...wait)
    .option(...timeout)
    .action(async (options, command) =>
      withSession(command, async (session) =>
        (await import("./commands/rollback.ts")).rollbackCommand(session, options),
      ),
    );

  program
    .command("status")
    .description("is the mesh well; exit code 1 when it is not")
    .action(async (_options, command) =>
      withSession(command, async (session) => (await import("./commands/status.ts")).status(session)),
    );

  program
    .command("check")
    .description("check server, token, configuration and registry one by one")
    .action(async (_options, command) =>
      withSession(command, async (session) => (await import("./commands/check.ts")).check(session)),
    );

  addBreakerCommands(program, withSession);
  addRolloutCommands(program, withSession);
  addClientCommands(program, withSession);
  addOperatorCommands(program, withSession);
  addLimitCommands(program, withSession);
  addSignalCommands(program, withSession);
  addCostCommand(program, withSession);
  addKeyCommands(program, withSession);
  addRegistryCommands(program, withSession);
  addDocumentCommands(program, withSession);
  addExplainCommands(program, withSession);
  addEndpointCommands(program, withSession);
  addContextCommands(program, withSession);

  program
    .command("completion")
    .description("completion for a shell: source <(selvage completion bash)")
    .addArgument(program.createArgument("<shell>").choices(["bash", "zsh", "fish"]))
    .action(async (shell) => {
      const { completionScript } = await import("./commands/completion.ts");
      terminal.out(completionScript(shell));
      done(exitCodes.ok);
    });
  program
    .command("__complete", { hidden: true })
    .argument("[words...]")
    .allowUnknownOption()
    .action(async (words) => {
      const { complete } = await import("./commands/completion.ts");
      terminal.out((await complete(program, words)).join("\n"));
      done(exitCodes.ok);
    });
  for (const command of program.commands) {
    command.helpGroup(groupOf(command.name()));
    const examples = examplesOf[command.name()];
    if (examples !== undefined) {
      command.addHelpText("after", examples);
    }
  }
  program.addHelpText("after", EXAMPLES);
  return program;
}

/** Documents come from -f or from -k. */
function withFiles<Given extends { readonly filename?: readonly string[]; readonly kustomize?: string }>(
  command: Command,
  options: Given,
): Given & { readonly filename: readonly string[] } {
  if (options.filename === undefined && options.kustomize === undefined) {
    command.error("error: required option '-f, --filename <path>' not specified (or -k)");
  }
  return { ...options, filename: options.filename ?? [] };
}
