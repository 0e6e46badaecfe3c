// `selvage agent` as commander sees it.
import { type Command, Option } from "commander";
import type { GlobalOptions } from "./session/session.ts";
import type { ExitCode } from "./session/exit-code.ts";
import { integer, seconds } from "./session/integer.ts";
import type { Terminal } from "./session/terminal.ts";

export function addAgentCommand(program: Command, terminal: Terminal, done: (code: ExitCode) => void): void {
  program
    .command("agent")
    .description("stand beside a service: register it, guard it, lend it its identity")
    .requiredOption("--service <name>", "the service, in the namespace of -n")
    .option("--app <url>", "where it listens on this machine")
    .option("--advertise <url>", "register this address, while the app is well")
    .option("--version <version>", "of the endpoint, such as v2")
    .option("--cluster <name>", "where it runs")
    .option("--weight <number>", "share of its version's traffic", integer(0, 1_000_000), 1)
    .option("--ttl <duration>", "lease, of which a third passes between heartbeats", "30s")
    .option("--health <path>", "GET this of the app; left out, a TCP connection is enough")
    .option("--health-interval <duration>", "between two checks", "5s")
    .option("--health-timeout <duration>", "longest wait for a check's answer", "2s")
    .option("--healthy-threshold <number>", "passing checks until an ill app is well", integer(1, 100), 2)
    .option("--unhealthy-threshold <number>", "failing checks until it is ill", integer(1, 100), 3)
    .option("--inbound <port>", "let only the mesh's requests through to the app: PORT or ADDRESS:PORT")
    .addOption(
      new Option("--assertion <which>", "what an assertion must be bound to, as the Service says")
        .choices(["caller", "request"])
        .default("caller"),
    )
    .addOption(
      new Option("--replay <which>", "strict: each assertion is good once, with --assertion request").choices([
        "strict",
      ]),
    )
    .option("--outbound <port>", "send the app's calls of /svc/… to the mesh as the workload: PORT or ADDRESS:PORT")
    .option("--mesh <url>", "where the mesh takes traffic (default: --server)")
    .option("--credentials <file>", "of the workload, as workload credentials --add -o json prints them")
    .option("--exchange-token <file>", "a token of the platform to exchange, instead of credentials")
    .option("--token-file <file>", "the operator's token, instead of SELVAGE_TOKEN; read anew for each call")
    .option("--drain-seconds <seconds>", "longest wait for requests under way, at the end", seconds(3600), 25)
    .option("--allow-http", "send tokens to a mesh that is not on this machine without TLS")
    .action(async (options, command: Command) => {
      const { agentCommand } = await import("./agent/agent-command.ts");
      done(await agentCommand(options, command.optsWithGlobals<GlobalOptions>(), terminal));
    });
}
