// One command line from arguments to exit code, in this process: the command itself, and what tests call.
import { readArguments } from "./arguments.ts";
import { sayError } from "./session/error-line.ts";
import { CommanderError } from "commander";
import { type ExitCode, exitCodes } from "./session/exit-code.ts";
import { buildProgram } from "./program.ts";
import { packageVersion } from "./session/package-root.ts";
import type { Terminal } from "./session/terminal.ts";

/** Exit code of one command line (without `node` and the script). */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok;
  const program = buildProgram(terminal, (result) => {
    code = result;
  });
  if (args.length === 0) {
    terminal.err(program.helpInformation().trimEnd());
    return exitCodes.usage;
  }
  // Not an option of commander's: it would be taken from commands that have a --version of their own.
  if (args[0] === "-V" || args[0] === "--version") {
    terminal.out(packageVersion());
    return exitCodes.ok;
  }
  try {
    await program.parseAsync(readArguments(args, program), { from: "user" });
  } catch (error) {
    // commander has already said what is wrong; help and version are told the same way, with 0.
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    }
    sayError(terminal, unexpected(error));
    return exitCodes.unavailable;
  }
  return code;
}

/** One sentence; whoever looks for the fault asks for the rest. */
function unexpected(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  if (process.env.SELVAGE_DEBUG) {
    return error.stack ?? error.message;
  }
  return `${error.message} (SELVAGE_DEBUG=1 shows where)`;
}
