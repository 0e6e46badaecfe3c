#!/usr/bin/env node
// The command `selvage`: runs what the arguments say and ends with its exit code. Compiled code is kept between runs, which
// halves the start of a command; that is why everything else is imported afterwards.
import { enableCompileCache } from "node:module";

enableCompileCache();
const [{ runCommand }, { processTerminal }] = await Promise.all([
  import("./run-command.ts"),
  import("./session/terminal.ts"),
]);
process.exitCode = await runCommand(process.argv.slice(2), processTerminal());
