// `selvage agent`: the agent in the foreground, until a signal ends it. stdout carries one line, `ready …`; what
// happens is told on stderr.
import { readFileSync } from "node:fs";
import { runAgent } from "../../agent/agent.ts";
import { sayError } from "../session/error-line.ts";
import { untilSignal } from "../local/until-signal.ts";
import { reportFailure } from "../print/report-failure.ts";
import { createClient, type ApiClient, type Failure } from "../session/client.ts";
import { exitCodes, type ExitCode } from "../session/exit-code.ts";
import { openCliSession, type GlobalOptions } from "../session/session.ts";
import type { Terminal } from "../session/terminal.ts";
import { agentSettings, type AgentFlags } from "./agent-settings.ts";

/** Longest wait for an answer of the mesh, seconds. */
const PATIENCE = 5;

export async function agentCommand(flags: AgentFlags, globals: GlobalOptions, terminal: Terminal): Promise<ExitCode> {
  const fault = (message: string, code: ExitCode = exitCodes.usage): ExitCode => {
    sayError(terminal, message);
    return code;
  };
  if (globals.token !== undefined) {
    return fault(
      "--token would be in the list of processes for as long as the agent runs: SELVAGE_TOKEN or --token-file",
    );
  }
  const opened = openCliSession({ ...globals, requestTimeout: globals.requestTimeout ?? PATIENCE }, terminal);
  if (!opened.ok) {
    return fault(opened.message);
  }
  const { session } = opened;
  const { server } = session.client;
  const { tokenFile, service, advertise } = flags;
  const namespace = session.namespace ?? "default";
  const read = agentSettings(flags, namespace, server, process.env);
  if (!read.ok) {
    return fault(read.message);
  }
  if (advertise !== undefined && tokenFile === undefined && !session.client.hasToken) {
    return fault("--advertise needs an operator's token: SELVAGE_TOKEN or --token-file FILE", exitCodes.auth);
  }
  try {
    await runAgent(read.settings, {
      client: tokenFile === undefined ? session.client : clientByFile(server, tokenFile),
      say: (line) => terminal.err(line),
      complain: (failure) => void reportFailure({ ...failure, hint: hintFor(failure, service, namespace) }, terminal),
      ready: (inbound, outbound) => {
        const places = [
          ...(inbound === null ? [] : [`inbound=${inbound}`]),
          ...(outbound === null ? [] : [`outbound=${outbound}`]),
        ];
        terminal.out(["ready", `${namespace}/${service}`, ...places].join(" "));
      },
      stopped: untilSignal(),
    });
  } catch (error) {
    if (error instanceof Error && "syscall" in error && error.syscall === "listen") {
      return fault(`${error.message}; choose another --inbound or --outbound`, exitCodes.unavailable);
    }
    throw error;
  }
  return exitCodes.ok;
}

/** A token that was changed in its file is taken up with the next call. */
function clientByFile(server: string, path: string): ApiClient {
  return createClient({
    server,
    token: null,
    timeoutMs: PATIENCE * 1000,
    fetch: (url, init) => {
      const headers = new Headers(init.headers);
      headers.set("authorization", `Bearer ${tokenIn(path)}`);
      return fetch(url, { ...init, headers });
    },
  });
}

function tokenIn(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    // Without the code of the error: it would be taken for the network's.
    throw new Error(`the token file ${path} cannot be read`);
  }
}

function hintFor({ status }: Failure, service: string, namespace: string): string {
  switch (status) {
    case null:
      return "the agent goes on, and tries again until the mesh answers";
    case 401:
      return "give it an operator's token of this mesh in SELVAGE_TOKEN or --token-file; the file is read for each call";
    case 403:
      return `selvage token create agent --role operator --namespaces ${namespace} makes a token that may register here`;
    case 404:
      return `apply a Service ${namespace}/${service}; the agent tries again every half minute`;
    default:
      return "the agent tries again every half minute";
  }
}
