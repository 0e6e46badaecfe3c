// The commands that run something on this machine, in the foreground, as commander sees them.
import { type Command, InvalidArgumentError, Option } from "commander";
import type { ExitCode } from "./session/exit-code.ts";
import { integer } from "./session/integer.ts";
import type { Terminal } from "./session/terminal.ts";

function variable(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new InvalidArgumentError("It must be NAME=VALUE.");
  }
  return { ...before, [name]: value };
}

export function addLocalCommands(program: Command, terminal: Terminal, done: (code: ExitCode) => void): void {
  program
    .command("up")
    .description("run a local mesh in the foreground")
    .option("--port <port>", "port of the first edge; 0 finds free ones", integer(0, 65_535), 8787)
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--data <folder>", "what outlives the process (SELVAGE_DATA)", process.env.SELVAGE_DATA || ".selvage")
    .option("--demo", "register a small bookshop", false)
    .option("--no-demo", "start with what is there (the default)")
    .option("--admin-token <token>", "bootstrap token (SELVAGE_ADMIN_TOKEN; else one is made and kept in the data)")
    .option("--edges <number>", "isolates that serve traffic, on consecutive ports", integer(1, 64), 1)
    .option("--trust-entry", "believe a proxy in front: x-forwarded-for, -proto and -port, and selvage-entry", false)
    .option("--trusted-hops <number>", "proxies in front that append to x-forwarded-for", integer(1, 20), 1)
    .addOption(
      new Option("--log <which>", "a line for each request (default), for those that end with 5xx, or none").choices([
        "requests",
        "problems",
        "none",
      ]),
    )
    .option("--mesh-domain <domain>", "serve <service>.<namespace>.<domain>")
    .option("--var <name=value>", "a variable or secret of the Worker; may be repeated", variable, {})
    .action(async (options) => {
      // What follows takes a second or two to load: whoever waits should know for what.
      terminal.err(`starting a mesh${options.demo ? " with the bookstore" : ""}, data in ${options.data} …`);
      const { up } = await import("./local/up.ts");
      done(await up({ ...options, variables: options.var }, terminal));
    });

  program
    .command("echo")
    .description("run a small service for trying things: it tells what reached it, and reads no files")
    .option("--port <port>", "port to listen on; 0 finds a free one", integer(0, 65_535), 9000)
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--name <name>", "who it says it is, in its answers and in x-served-by", "echo")
    .option("--version <version>", "the version that it says it is, such as v2")
    .option("--delay <duration>", "wait so long before every answer", "0s")
    .option("--fail <percent>", "so many of a hundred requests fail", integer(0, 100), 0)
    .option("--fail-status <status>", "with this status", integer(400, 599), 500)
    .option("--unhealthy", "answer 503 to /healthz, which is 200 otherwise")
    .option("--quiet", "do not tell each request on stderr")
    .addHelpText(
      "after",
      `
Examples:
  selvage echo --name hello                           # http://127.0.0.1:9000
  selvage echo --name hello --version v2 --port 9001  # a second version
  selvage echo --name slow --delay 2s --fail 20       # slow, and a fifth fails

It answers every path with JSON: its name, the method, path, headers and body
that reached it. /healthz is for health checks. Ctrl-C ends it.`,
    )
    .action(async (options) => {
      const { echo } = await import("./echo/echo.ts");
      done(await echo(options, terminal));
    });

  program
    .command("dev-issuer")
    .description("run an issuer of tokens for trying JWT, on this machine only")
    .option("--port <port>", "port to listen on; 0 finds a free one", integer(0, 65_535), 9300)
    .addHelpText(
      "after",
      `
Examples:
  selvage dev-issuer
  curl -s "http://127.0.0.1:9300/token?sub=mia&aud=hello&scope=read&ttl=10m"

Each parameter is a claim. In a policy: issuer http://127.0.0.1:9300 and jwksUri
http://127.0.0.1:9300/jwks.json. A mesh that is deployed takes no such keys.`,
    )
    .action(async (options) => {
      const { devIssuer } = await import("./issuer/issuer.ts");
      done(await devIssuer(options, terminal));
    });
}
