#!/usr/bin/env node
// The command `selvage`: runs what the arguments say and ends with its exit code.
import { runCommand } from "./run-command.ts";
import { processTerminal } from "./terminal.ts";

process.exitCode = await runCommand(process.argv.slice(2), processTerminal());
