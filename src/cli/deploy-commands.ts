// The commands that bring a mesh of one's own to Cloudflare, as commander sees them.
import type { Command } from "commander";
import type { ExitCode } from "./session/exit-code.ts";
import type { Terminal } from "./session/terminal.ts";

export function addDeployCommands(program: Command, terminal: Terminal, done: (code: ExitCode) => void): void {
  program
    .command("init")
    .description("write a folder for a mesh of your own: wrangler.toml, first documents")
    .argument("[folder]", "made when it is not there", ".")
    .option("--name <name>", "the mesh's, and its Worker's and database's; default: the folder's")
    .option("--force", "write over files that are there")
    .action(async (folder, options) => {
      const { init } = await import("./deploy/init.ts");
      done(init(folder, options, terminal));
    });
}
