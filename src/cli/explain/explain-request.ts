// `selvage explain METHOD URL`: every decision about a request that is not sent, in the order in which it is made.
import type { DecisionAnswer, ExplainAnswer } from "../../model/api/explain.ts";
import { printData } from "../print/print-data.ts";
import { reportFailure } from "../print/report-failure.ts";
import { table } from "../print/table.ts";
import { exitCodes, type ExitCode } from "../session/exit-code.ts";
import { loadDocuments } from "../session/load-documents.ts";
import type { CliSession } from "../session/session.ts";
import type { Terminal } from "../session/terminal.ts";
import { noHeader, requestHeaders } from "./request-headers.ts";
import { linesOfFiles, linesOfRegistry, type LineOf } from "./setting-lines.ts";
import { wrong } from "../write/write-one.ts";

export interface ExplainOptions {
  readonly header?: readonly string[];
  readonly as?: string;
  readonly revision?: number;
  readonly clientIp?: string;
  /** Files that hold the documents: settings are shown by their lines. */
  readonly filename?: readonly string[];
}

export async function explainCommand(
  session: CliSession,
  method: string,
  url: string,
  { header = [], as, revision, clientIp, filename = [] }: ExplainOptions,
): Promise<ExitCode> {
  const headers = requestHeaders(header);
  if (typeof headers === "string") {
    return wrong(session, noHeader(headers));
  }
  const address = addressOf(session, url);
  if (!/^https?:/.test(URL.parse(address)?.protocol ?? "")) {
    return wrong(session, `"${url}" is no address; write https://… or, of the mesh that is asked, /…`);
  }
  const files = filename.length === 0 ? null : loadDocuments(filename, session.terminal);
  if (files?.ok === false) {
    return files.exitCode;
  }
  const body = { method, url: address, headers, as, revision, clientIp };
  const answer = await session.client.call<ExplainAnswer>("POST", "/explain", { body });
  if (!answer.ok) {
    const { failure } = answer;
    // All of the body came from the command line.
    const isOurs = failure.status === 422;
    return reportFailure(isOurs ? { ...failure, exitCode: exitCodes.usage } : failure, session.terminal);
  }
  const isForPeople = session.output === "table" || session.output === "wide";
  const settings = answer.value.decisions
    .flatMap(({ document, alternatives }) => [document, ...alternatives.map((other) => other.document)])
    .filter((one) => one !== null);
  // What a document was at an earlier revision stands in other lines.
  const fromRegistry = isForPeople && revision === undefined && files === null;
  const lineOf =
    files?.ok === true
      ? linesOfFiles(files.bundle)
      : fromRegistry
        ? await linesOfRegistry(session.client, settings)
        : NO_LINES;
  await printData(session, {
    data: answer.value,
    human: () => explanationLines(answer.value, session.terminal, lineOf),
    names: () => answer.value.decisions.flatMap(({ document }) => (document === null ? [] : [nameOf(document)])),
  });
  return exitCodes.ok;
}

/** A path alone is one of the mesh that is asked. */
function addressOf({ client }: CliSession, url: string): string {
  return url.startsWith("/") ? `${client.server}${url}` : url;
}

const NO_LINES: LineOf = () => null;

function explanationLines(told: ExplainAnswer, { paint }: Pick<Terminal, "paint">, lineOf: LineOf): string[] {
  const { request, caller, decisions, endpoints, answer, revision } = told;
  const who = caller.workload ?? caller.application ?? caller.user ?? "anonymous";
  const head =
    request === null
      ? `not admitted, at revision ${revision}`
      : `${request.method} ${request.host}${request.path} from ${request.clientIp ?? "an unknown address"} as ${who}${caller.imagined ? " (imagined)" : ""}, at revision ${revision}`;
  return [
    head,
    "",
    ...decisions.flatMap((one) => decisionLines(one, paint, lineOf)),
    ...(endpoints.length === 0 ? [] : ["", ...endpointTable(endpoints)]),
    "",
    answerLine(answer),
  ];
}

const MARKS: Readonly<Record<DecisionAnswer["outcome"], readonly [mark: string, colour: "green" | "red" | "yellow"]>> =
  {
    passed: ["ok", "green"],
    refused: ["no", "red"],
    answered: ["=", "green"],
    noted: ["i", "yellow"],
    unknown: ["?", "yellow"],
  };

function decisionLines(
  { stage, outcome, detail, document, alternatives }: DecisionAnswer,
  paint: Terminal["paint"],
  lineOf: LineOf,
): string[] {
  const [mark, colour] = MARKS[outcome];
  const named = (one: NonNullable<DecisionAnswer["document"]>): string => {
    const line = lineOf(one);
    return `${nameOf(one)}${line === null ? "" : `, ${line}`}`;
  };
  const by = document === null ? "" : ` [${named(document)}]`;
  return [
    `${paint(colour, mark.padEnd(2))} ${stage.padEnd(13)} ${detail}${by}`,
    ...alternatives.map(
      (other) => `${" ".repeat(17)}not ${other.document === null ? "there" : named(other.document)}: ${other.why}`,
    ),
  ];
}

function nameOf({ kind, namespace, name, pointer }: NonNullable<DecisionAnswer["document"]>): string {
  return `${kind.toLowerCase()}/${name} in ${namespace}${pointer === null ? "" : ` ${pointer}`}`;
}

function endpointTable(endpoints: ExplainAnswer["endpoints"]): string[] {
  return table(
    ["ENDPOINT", "ADDRESS", "CLUSTER", "VERSION", "WEIGHT", "PRIORITY", "COULD ANSWER"],
    endpoints.map(({ id, address, cluster, version, weight, priority, eligible, why }) => [
      id,
      address,
      cluster,
      version ?? "",
      String(weight),
      String(priority),
      why === null ? (eligible ? "yes" : "no") : `${eligible ? "yes" : "no"}: ${why}`,
    ]),
  );
}

function answerLine(answer: ExplainAnswer["answer"]): string {
  if (answer === null) {
    return "The answer is withheld: a document of another namespace gives it.";
  }
  if (answer.from === "service") {
    return "The request would be forwarded, and the service would answer.";
  }
  const { status, problem, headers } = answer;
  const location = headers["location"] === undefined ? "" : ` to ${headers["location"]}`;
  const why = problem === null ? location : `: ${problem.code} ${problem.detail}`;
  return `The mesh would answer ${status ?? ""}${why}`;
}
