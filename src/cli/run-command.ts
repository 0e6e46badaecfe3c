// One command line from arguments to exit code, in this process: the command itself, and what tests call.
import { CommanderError } from "commander";
import { type ExitCode, exitCodes } from "./session/exit-code.ts";
import { buildProgram } from "./program.ts";
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
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    // commander has already said what is wrong; help and version are told the same way, with 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    throw error;
  }
  return code;
}
