#!/usr/bin/env node
// The command `selvage`: runs what the arguments say and ends with its exit code. Compiled code is kept between runs,
// which halves the start of a command; that is why everything else is imported afterwards, and never by a Node that is
// too old.
import process from "node:process";

const NEEDED = [22, 13] as const;
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  console.error(`selvage needs Node ${NEEDED.join(".")} or later, and this is ${process.versions.node}`);
  process.exitCode = 2;
} else {
  const { enableCompileCache } = await import("node:module");
  enableCompileCache();
  const [{ runCommand }, { processTerminal }] = await Promise.all([
    import("./run-command.ts"),
    import("./session/terminal.ts"),
  ]);
  process.exitCode = await runCommand(process.argv.slice(2), processTerminal());
}
