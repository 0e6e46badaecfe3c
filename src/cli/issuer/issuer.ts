// `selvage dev-issuer`: the issuer in the foreground, until a signal ends it. stdout carries one line, `ready <url>`.
import { sayError } from "../session/error-line.ts";
import { listenError } from "../local/ports.ts";
import { untilSignal } from "../local/until-signal.ts";
import { exitCodes, type ExitCode } from "../session/exit-code.ts";
import type { Terminal } from "../session/terminal.ts";
import { startIssuer } from "./issuer-server.ts";

export async function devIssuer({ port }: { readonly port: number }, terminal: Terminal): Promise<ExitCode> {
  const ended = untilSignal();
  let issuer;
  try {
    issuer = await startIssuer(port, Date.now);
  } catch (error) {
    sayError(terminal, listenError(error, "127.0.0.1", port));
    return exitCodes.unavailable;
  }
  terminal.err(`issuer ${issuer.url}, keys at ${issuer.url}/jwks.json; anybody on this machine gets any token`);
  terminal.err(`a token: curl -s "${issuer.url}/token?sub=mia&aud=hello"`);
  terminal.out(`ready ${issuer.url}`);
  await ended;
  await issuer.stop();
  return exitCodes.ok;
}
