// `selvage explain …` as commander sees it: of a request that is not sent, or of a kind and its fields.
import type { Command } from "commander";
import type { ExitCode } from "./session/exit-code.ts";
import { integer } from "./session/integer.ts";
import type { CliSession } from "./session/session.ts";

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

export function addExplainCommands(
  program: Command,
  withSession: (command: Command, run: (session: CliSession) => Promise<ExitCode>) => Promise<void>,
): void {
  program
    .command("explain")
    .description("why a request would be answered as it would (nothing is sent), or what a kind or a field means")
    .argument("<what>", "METHOD URL, a URL or a path (GET), or KIND[.FIELD]: service, httproute.rules.matches")
    .argument("[url]")
    .option("-H, --header <header>", "of the request, 'name: value'; may be repeated", collect)
    .option("--as <identity>", "a SPIFFE ID that is taken for proven, without its credential")
    .option("--revision <number>", "a stored revision (default: the newest)", integer(0, Number.MAX_SAFE_INTEGER))
    .option("--client-ip <address>", "where the request comes from")
    .action(async (what: string, url: string | undefined, options, command) =>
      withSession(command, async (session) => {
        if (url === undefined && !/^(?:https?:\/\/|\/)/.test(what)) {
          return (await import("./context/explain.ts")).explainField(session, what);
        }
        const { explainCommand } = await import("./explain/explain-request.ts");
        return url === undefined
          ? explainCommand(session, "GET", what, options)
          : explainCommand(session, what, url, options);
      }),
    );
}
