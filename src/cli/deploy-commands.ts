// The commands that bring a mesh of one's own to Cloudflare, as commander sees them.
import type { Command } from "commander";
import type { ExitCode } from "./session/exit-code.ts";
import { seconds } from "./session/integer.ts";
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

  program
    .command("deploy")
    .description(
      "bring the mesh of a folder to Cloudflare by your wrangler; again for a new version, or where it stopped",
    )
    .argument("[folder]", "where its wrangler.toml is", ".")
    .option("--control", "with a control plane that is a Worker of its own")
    .option("--dry-run", "say what would be called, and have wrangler bundle it; nothing is written or sent")
    .option("-y, --yes", "do not ask whether it is the right account")
    .option("--timeout <seconds>", "longest wait until the mesh answers", seconds(3600), 120)
    .action(async (folder, options) => {
      const { deploy } = await import("./deploy/deploy.ts");
      done(await deploy(folder, options, terminal));
    });
}
