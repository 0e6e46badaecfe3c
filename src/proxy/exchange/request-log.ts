// One line for a request, for whoever runs a mesh on this machine: what was asked, what became of it, who decided and
// why. Nothing is said, or built, unless the variable LOG asks for it. What callers wrote stands in it as JSON or
// escaped by its URL.
import type { Settings } from "../../env/settings.ts";
import { problems } from "../../model/word/problem.ts";
import type { Endpoint } from "../../model/snapshot/snapshot.ts";
import type { Ended, Exchange } from "./exchange.ts";

const LONGEST = 300;

/** What the mesh answered itself; `took` is in milliseconds. */
export function logOwn(
  settings: Settings,
  request: { readonly method: string; readonly url: string },
  by: { readonly requestId: string; readonly revision: number },
  { no, stage, policy }: Ended,
  { status, took }: { readonly status: number; readonly took: number },
): void {
  if (!isWanted(settings, status)) {
    return;
  }
  const why =
    no instanceof Response || !("problem" in no) ? "" : ` ${problems[no.problem].code} ${JSON.stringify(no.detail)}`;
  say(
    status,
    `${asked(request)} ${status} ${took} ms ${stage}${policy === "none" ? "" : ` ${policy}`}${why} req=${by.requestId} rev=${by.revision}`,
  );
}

/** What a service answered. */
export function logAnswer(
  { settings, admitted, routed, live, startedAtMs, ports }: Exchange,
  { id, version }: Endpoint,
  response: Pick<Response, "status">,
): void {
  // A look at an answer of the runtime's costs: only where somebody wants to know.
  if (settings.log === "none") {
    return;
  }
  const { status } = response;
  if (!isWanted(settings, status)) {
    return;
  }
  const { destination } = routed;
  const service = "problem" in destination ? "?" : destination.service;
  const url = `${admitted.scheme}://${admitted.host}${admitted.path}`;
  const took = ports.now() - startedAtMs;
  const from = `${service}${version === null ? "" : ` ${version}`} (${id})`;
  say(
    status,
    `${asked({ method: admitted.method, url })} ${status} ${took} ms from ${from} req=${admitted.requestId} rev=${live.snapshot.revision}`,
  );
}

const isWanted = ({ log }: Settings, status: number): boolean =>
  log === "requests" || (log === "problems" && status >= 500);

function asked({ method, url }: { readonly method: string; readonly url: string }): string {
  const [path = ""] = url.split("?", 1);
  const short = path.length > LONGEST ? `${path.slice(0, LONGEST)}…` : path;
  // A URL as the platform gives it holds neither spaces nor control characters. Queries hold secrets.
  return `${method} ${short.replace(/^https?:\/\//, "")}`;
}

function say(status: number, line: string): void {
  // oxlint-disable-next-line no-console -- the log is what was asked for
  const write = status >= 500 ? console.warn : console.log;
  write(line);
}
