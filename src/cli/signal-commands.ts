// `selvage top`, `graph` and `report` as commander sees them, and `open`, which shows the same in a browser.
import type { Command } from "commander";
import type { ExitCode } from "./session/exit-code.ts";
import { integer } from "./session/integer.ts";
import type { CliSession } from "./session/session.ts";

export function addSignalCommands(
  program: Command,
  withSession: (command: Command, run: (session: CliSession) => Promise<ExitCode>) => Promise<void>,
): void {
  const window = (usual: string) => ["--window <duration>", "how long back, such as 5m, 1h, 168h", usual] as const;
  program
    .command("top")
    .description("traffic, errors and latency of services, the worst first; again every two seconds on a terminal")
    .argument("[service]")
    .option("-A, --all-namespaces", "every namespace")
    .option(...window("5m"))
    .option("--interval <seconds>", "between two looks", integer(1, 3600), 2)
    .option("--once", "one look, also on a terminal")
    .action(async (service, options, command) =>
      withSession(command, async (session) => (await import("./observe/top.ts")).top(session, service, options)),
    );
  program
    .command("graph")
    .description("who calls whom: as documents say, and as it was seen")
    .option("-A, --all-namespaces", "every namespace")
    .option(...window("15m"))
    .action(async (options, command) =>
      withSession(command, async (session) => (await import("./observe/graph.ts")).graph(session, options)),
    );
  program
    .command("report")
    .description("availability, downtime and its causes, error budget, transactions and callers")
    .argument("[service]")
    .option("-A, --all-namespaces", "every namespace")
    .option(...window("24h"))
    .option("--objective <percent>", "of requests that are to be answered below 500", "99.9")
    .option("--csv", "as CSV")
    .action(async (service, options, command) =>
      withSession(command, async (session) => (await import("./observe/report.ts")).report(session, service, options)),
    );
  program
    .command("open")
    .description("the dashboard in a browser: a screen, what KIND NAME says, a revision, a trace, a request, a code")
    .argument("[what]", "now (the default), map, svc/payments, 42, SLV4001, …")
    .argument("[name]")
    .option("--print", "only print the address, also on a terminal")
    .action(async (what, name, options, command) =>
      withSession(command, async (session) =>
        (await import("./observe/open.ts")).openCommand(session, what, name, options),
      ),
    );
}
