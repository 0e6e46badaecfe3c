// `selvage app …` and `selvage contract …` as commander sees them.
import type { Command } from "commander";
import type { ExitCode } from "./session/exit-code.ts";
import { seconds } from "./session/integer.ts";
import type { CliSession } from "./session/session.ts";

const actions = {
  approve: "grant a contract that is pending or was rejected",
  reject: "refuse a contract that is pending",
  revoke: "withdraw a contract that was granted",
  restore: "grant a contract again that was revoked",
} as const;

export function addClientCommands(
  program: Command,
  withSession: (command: Command, run: (session: CliSession) => Promise<ExitCode>) => Promise<void>,
): void {
  const wait = ["--wait", "until every isolate runs the new revision"] as const;
  const timeout = ["--timeout <seconds>", "longest wait of --wait", seconds(3600), 30] as const;

  const app = program.command("app").description("client applications and their credentials");
  app
    .command("create")
    .description("make an Application with credentials; the secret is shown once")
    .argument("<name>")
    .option("--owner <text>", "who looks after it")
    .option("--description <text>", "what it is")
    .option(...wait)
    .option(...timeout)
    .action(async (name, options, command) =>
      withSession(command, async (session) => (await import("./commands/app.ts")).createApp(session, name, options)),
    );
  app
    .command("rotate")
    .description("make a new secret and let the former one end after an overlap")
    .argument("<name>")
    .option("--overlap <duration>", "how long the former one lives on (default 24h; 0s = it ends now)")
    .option("--reason <text>", "why, for history and audit")
    .option(...wait)
    .option(...timeout)
    .action(async (name, options, command) =>
      withSession(command, async (session) => (await import("./commands/app.ts")).rotateApp(session, name, options)),
    );
  app
    .command("ls")
    .description("list Applications")
    .option("-A, --all-namespaces", "every namespace")
    .action(async (options, command) =>
      withSession(command, async (session) => (await import("./commands/app.ts")).listApps(session, options)),
    );
  app
    .command("credentials")
    .description("the client id and the secrets in force, without the secrets themselves")
    .argument("<name>")
    .option("--add", "make one more secret, beside the one there is; it is shown once")
    .option(...wait)
    .option(...timeout)
    .action(async (name, options, command) =>
      withSession(command, async (session) => (await import("./commands/app.ts")).credentials(session, name, options)),
    );
  app
    .command("revoke")
    .description("withdraw one secret, or all of them; the Application stays")
    .argument("<name>")
    .argument("[secret]", "its id, as `app credentials` shows it")
    .option("--all", "every secret")
    .option(...wait)
    .option(...timeout)
    .action(async (name, secret, options, command) =>
      withSession(command, async (session) =>
        (await import("./commands/app.ts")).revokeApp(session, name, secret, options),
      ),
    );

  program
    .command("catalog")
    .description("the APIs that a consumer may see; by SELVAGE_CLIENT_ID and SELVAGE_CLIENT_SECRET, or as an operator")
    .argument("[service]", "NAME or NAMESPACE/NAME")
    .option("--openapi", "its OpenAPI description, as JSON")
    .action(async (service, options, command) =>
      withSession(command, async (session) =>
        (await import("./commands/catalog.ts")).catalog(session, service, options),
      ),
    );

  const contract = program.command("contract").description("which application may use which service, in which tier");
  contract
    .command("request")
    .description("ask for a tier of a service")
    .argument("<application>", "NAME or NAMESPACE/NAME")
    .argument("<service>", "NAME or NAMESPACE/NAME")
    .argument("<tier>", "a Tier in the service's namespace")
    .option("--name <name>", "name of the Contract (default: APPLICATION-SERVICE)")
    .option("--reason <text>", "why, for the history")
    .option(...wait)
    .option(...timeout)
    .action(async (application, service, tier, options, command) =>
      withSession(command, async (session) =>
        (await import("./commands/contract.ts")).requestContract(session, { application, service, tier }, options),
      ),
    );
  for (const [action, description] of Object.entries(actions)) {
    contract
      .command(action)
      .description(description)
      .argument("<name>", "of the Contract: NAME or NAMESPACE/NAME")
      .option("--reason <text>", "why; kept with the contract")
      .option(...wait)
      .option(...timeout)
      .action(async (name, options, command) =>
        withSession(command, async (session) =>
          (await import("./commands/contract.ts")).contractCommand(session, action, name, options),
        ),
      );
  }
  contract
    .command("ls")
    .description("contracts of the namespace, and those with its services")
    .option("-A, --all-namespaces", "every namespace")
    .option("--service <name>", "only those with this service")
    .action(async (options, command) =>
      withSession(command, async (session) => (await import("./commands/contract.ts")).listContracts(session, options)),
    );
}
