// `selvage explain …` as commander sees it: of a request that is not sent, or of a kind and its fields.
import type { Command } from "commander";
import type { ExitCode } from "./session/exit-code.ts";
import { integer } from "./session/integer.ts";
import type { CliSession } from "./session/session.ts";

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** As the mesh makes them; others are shown by `selvage get request ID`. */
const REQUEST_ID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

const ADDRESS = /^(?:https?:\/\/|\/)/;
const OF_REQUEST = "is of a request: give its address, METHOD URL, a URL or a path";
const namesOf = (options: object): string =>
  Object.keys(options)
    .map((name) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`)
    .join(", ");

export function addExplainCommands(
  program: Command,
  withSession: (command: Command, run: (session: CliSession) => Promise<ExitCode>) => Promise<void>,
): void {
  program
    .command("explain")
    .description("why a request would be answered as it would (nothing is sent), or what a kind or a field means")
    .argument(
      "<what>",
      "METHOD URL, a URL or a path (GET), the id of a kept request, or KIND[.FIELD]: service, httproute.rules.matches",
    )
    .argument("[url]")
    .option("-H, --header <header>", "of the request, 'name: value'; may be repeated", collect)
    .option("--as <identity>", "a SPIFFE ID that is taken for proven, without its credential")
    .option("--revision <number>", "a stored revision (default: the newest)", integer(0, Number.MAX_SAFE_INTEGER))
    .option("--client-ip <address>", "where the request comes from")
    .option(
      "-f, --filename <path>",
      "files that hold the documents, for the lines of settings; may be repeated",
      collect,
    )
    .action(async (what: string, url: string | undefined, options, command) =>
      withSession(command, async (session) => {
        const isRequest = url !== undefined || ADDRESS.test(what);
        if (!isRequest && Object.keys(options).length > 0) {
          command.error(`error: ${namesOf(options)} ${OF_REQUEST}`);
        }
        if (url === undefined && REQUEST_ID.test(what)) {
          return (await import("./explain/requests.ts")).showRequest(session, what);
        }
        if (!isRequest) {
          return (await import("./context/explain.ts")).explainField(session, what);
        }
        const { explainCommand } = await import("./explain/explain-request.ts");
        return url === undefined
          ? explainCommand(session, "GET", what, options)
          : explainCommand(session, what, url, options);
      }),
    );
  program
    .command("trace")
    .description("the traces that kept requests are part of, the spans of one, or a request that is sent and traced")
    .argument("[what]", "the id of a trace (32 hexadecimal digits), METHOD URL, a URL or a path (GET)")
    .argument("[url]")
    .option("-H, --header <header>", "of the request, 'name: value'; may be repeated", collect)
    .option("-d, --data <text>", "body of the request")
    .option("--pass", "print what has a request traced that shows it as selvage-trace, for a quarter of an hour")
    .action(async (what: string | undefined, url: string | undefined, options, command) =>
      withSession(command, async (session) => {
        const { listTraces, showTrace, showTracePass } = await import("./explain/trace.ts");
        const { pass, ...ofRequest } = options;
        const isRequest = url !== undefined || (what !== undefined && ADDRESS.test(what));
        if (pass === true && (what !== undefined || Object.keys(ofRequest).length > 0)) {
          command.error("error: --pass is asked for alone: nothing is sent with it");
        }
        if (!isRequest && Object.keys(ofRequest).length > 0) {
          command.error(`error: ${namesOf(ofRequest)} ${OF_REQUEST}`);
        }
        if (pass === true) {
          return showTracePass(session);
        }
        if (what === undefined) {
          return listTraces(session);
        }
        if (!isRequest) {
          return showTrace(session, what);
        }
        const { traceRequest } = await import("./explain/trace-request.ts");
        return url === undefined
          ? traceRequest(session, options.data === undefined ? "GET" : "POST", what, options)
          : traceRequest(session, what, url, options);
      }),
    );
  program
    .command("replay")
    .description(
      "what a change, or going back, would do to requests that were kept; exit code 1 when any would end otherwise",
    )
    .option("-f, --filename <path>", "file, folder or - for standard input; may be repeated", collect)
    .option("--to <revision>", "in place of files: the return to this revision", integer(0, Number.MAX_SAFE_INTEGER))
    .option("--limit <number>", "how many requests, the newest", integer(1, 500), 200)
    .action(async (options, command) =>
      withSession(command, async (session) => (await import("./explain/replay.ts")).replayCommand(session, options)),
    );
  const tail = (command: Command) =>
    command
      .option("--status <number>", "only this status and higher ones", integer(100, 599))
      .option("--errors", "only failures: 500 and higher")
      .option("--method <method>", "only of this method")
      .option("--path <prefix>", "only of paths that begin so")
      .option("--caller <caller>", "only of a principal, of `user` or of `anonymous`");
  tail(program.command("tail").description("requests as they end, those that fit, and how many there are"))
    .option("--service <service>", "only of one: NAME, in the namespace, or NAMESPACE/NAME")
    .action(async (options, command) =>
      withSession(command, async (session) => (await import("./explain/tail.ts")).tailCommand(session, options)),
    );
  tail(
    program
      .command("logs")
      .description("requests of one service as they end, as tail shows them")
      .argument("<service>", "NAME, in the namespace, or NAMESPACE/NAME"),
  ).action(async (service: string, options, command) =>
    withSession(command, async (session) => (await import("./explain/tail.ts")).logsCommand(session, service, options)),
  );
}
