// `selvage endpoint …` and `selvage workload …` as commander sees them.
import type { Command } from "commander";
import type { ExitCode } from "./session/exit-code.ts";
import { integer, seconds } from "./session/integer.ts";
import type { CliSession } from "./session/session.ts";

export function addEndpointCommands(
  program: Command,
  withSession: (command: Command, run: (session: CliSession) => Promise<ExitCode>) => Promise<void>,
): void {
  const endpoint = program.command("endpoint").description("endpoints that register themselves");
  endpoint
    .command("register")
    .description("add an endpoint of a service, or replace it")
    .argument("<service>")
    .argument("<id>", "a name of your choice, stable for one process")
    .requiredOption("--url <url>", "where it answers")
    .option("--version <version>", "such as v2")
    .option("--cluster <name>", "where it runs")
    .option("--weight <number>", "share of its version's traffic", integer(0, 1_000_000), 1)
    .option("--ttl <duration>", "lease that heartbeats renew (left out: it stays until it is removed)")
    .action(async (service, id, options, command) =>
      withSession(command, async (session) =>
        (await import("./context/endpoint.ts")).registerByHand(session, service, id, options),
      ),
    );
  for (const [name, description] of [
    ["drain", "give it no new requests; those under way end"],
    ["rm", "take it out of the registry"],
  ] as const) {
    endpoint
      .command(name)
      .description(description)
      .argument("<service>")
      .argument("<id>")
      .action(async (service, id, _options, command) =>
        withSession(command, async (session) =>
          (await import("./context/endpoint.ts")).endEndpoint(session, name, service, id),
        ),
      );
  }

  const workload = program.command("workload").description("credentials of services, for their own tokens");
  const timeout = ["--timeout <seconds>", "longest wait of --wait", seconds(3600), 30] as const;
  const wait = ["--wait", "until every isolate runs the new revision"] as const;
  workload
    .command("credentials")
    .description("the client id and the secrets in force; --add makes one, shown once")
    .argument("<service>")
    .option("--add", "make a secret")
    .option(...wait)
    .option(...timeout)
    .action(async (name, options, command) =>
      withSession(command, async (session) =>
        (await import("./commands/app.ts")).credentials(session, name, options, "services"),
      ),
    );
  workload
    .command("rotate")
    .description("make a new secret and let the former one end after an overlap")
    .argument("<service>")
    .option("--overlap <duration>", "how long the former one lives on (default 24h; 0s = it ends now)")
    .option("--reason <text>", "why, for history and audit")
    .option(...wait)
    .option(...timeout)
    .action(async (name, options, command) =>
      withSession(command, async (session) =>
        (await import("./commands/app.ts")).rotateApp(session, name, options, "services"),
      ),
    );
  workload
    .command("revoke")
    .description("withdraw one secret, or all of them")
    .argument("<service>")
    .argument("[secret]")
    .option("--all", "every secret")
    .option(...wait)
    .option(...timeout)
    .action(async (name, secret, options, command) =>
      withSession(command, async (session) =>
        (await import("./commands/app.ts")).revokeApp(session, name, secret, options, "services"),
      ),
    );
}
