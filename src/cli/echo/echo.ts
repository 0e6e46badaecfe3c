// `selvage echo`: the small service in the foreground, until a signal ends it. stdout carries one line, `ready <url>`.
import { sayError } from "../session/error-line.ts";
import { parseDuration } from "../../model/document/field/duration.ts";
import { exitCodes, type ExitCode } from "../session/exit-code.ts";
import type { Terminal } from "../session/terminal.ts";
import { listenError } from "../local/ports.ts";
import { untilSignal } from "../local/until-signal.ts";
import { startEcho } from "./echo-server.ts";

export interface EchoFlags {
  readonly port: number;
  readonly host: string;
  readonly name: string;
  readonly version?: string;
  readonly delay: string;
  readonly fail: number;
  readonly failStatus: number;
  readonly unhealthy?: boolean;
  readonly quiet?: boolean;
}

export async function echo(flags: EchoFlags, terminal: Terminal): Promise<ExitCode> {
  const { port, host, name, fail, failStatus } = flags;
  const fault = (message: string, code: ExitCode): ExitCode => {
    sayError(terminal, message);
    return code;
  };
  const delayMs = parseDuration(flags.delay);
  if (delayMs === null) {
    return fault(`--delay wants a duration such as 200ms, not "${flags.delay}"`, exitCodes.usage);
  }
  const ended = untilSignal();
  let server;
  try {
    server = await startEcho({
      port,
      host,
      name,
      version: flags.version ?? null,
      delayMs,
      failPercent: fail,
      failStatus,
      unhealthy: flags.unhealthy === true,
      random: Math.random,
      log: (line) => flags.quiet === true || terminal.err(line),
    });
  } catch (error) {
    return fault(listenError(error, host, port), exitCodes.unavailable);
  }
  terminal.out(`ready http://${host.includes(":") ? `[${host}]` : host}:${server.port}`);
  await ended;
  await server.stop();
  return exitCodes.ok;
}
