// `selvage open [WHAT [NAME]]`: the page in the browser that shows a screen, a service, a document, a revision, a
// trace, a kept request, or what a code means. Whether it exists the page says itself: nothing is asked here.
import { didYouMean } from "../../model/word/did-you-mean.ts";
import { refOf } from "../../model/word/refs.ts";
import { documentPath } from "../../model/word/screen-paths.ts";
import { screens } from "../../model/word/screens.ts";
import { printData } from "../print/print-data.ts";
import { sayError } from "../session/error-line.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { namespaceFor, understand } from "../session/kind-argument.ts";
import type { CliSession } from "../session/session.ts";
import { launch } from "../dashboard/launch.ts";

interface OpenOptions {
  /** Only say where it is. */
  readonly print?: boolean;
}

/** What is told by its look alone. */
const looks: readonly (readonly [RegExp, (found: string) => string])[] = [
  [/^SLV\d{4}$/i, (code) => `problems/${code.toUpperCase()}`],
  [/^[1-9]\d{0,15}$/, (revision) => `ui/history/${revision}`],
  [/^[0-9a-f]{32}$/, (trace) => `ui/traces/${trace}`],
  [/^[0-9a-f]{8}-[0-9a-f-]{27}$/, (request) => `ui/requests/${request}`],
];

export async function openCommand(
  session: CliSession,
  what: string | undefined,
  name: string | undefined,
  { print = false }: OpenOptions,
): Promise<ExitCode> {
  const path = pathOf(what ?? "now", name, session.namespace);
  if (path === null) {
    sayError(session.terminal, nothingCalled(what ?? "", name));
    return exitCodes.usage;
  }
  const url = `${session.client.server}/_selvage/${path}`;
  await printData(session, { data: { url }, human: () => [url], names: () => [url] });
  if (!print && process.stdout.isTTY && !(await launch(url))) {
    session.terminal.err("no browser was found here: set BROWSER to the program that shows a page");
  }
  return exitCodes.ok;
}

/** Below `/_selvage/`; null = nothing is called that. */
function pathOf(what: string, name: string | undefined, namespace: string | null): string | null {
  const [, ofLook] = (name === undefined && looks.find(([look]) => look.test(what))) || [];
  if (ofLook !== undefined) {
    return ofLook(what);
  }
  const word = what.toLowerCase();
  const screen = screens.find(({ path, title }) => path === `/${word}` || title.toLowerCase() === word);
  if (screen !== undefined && name === undefined) {
    return `ui${screen.path}`;
  }
  const understood = understand(what, name);
  if (!understood.ok) {
    return null;
  }
  const { kinds, endpoints, name: one } = understood.what;
  const [kind] = kinds ?? [];
  if (endpoints) {
    return "ui/endpoints";
  }
  if (one === null || kind === undefined) {
    return kind === "Service" ? "ui/services" : "ui/policies";
  }
  return `ui${documentPath(refOf(kind, namespaceFor(kind, namespace), one))}`;
}

function nothingCalled(what: string, name: string | undefined): string {
  const words = screens.map(({ path }) => path.slice(1));
  const close = name === undefined ? didYouMean(what, words) : null;
  return (
    `nothing is called "${what}${name === undefined ? "" : ` ${name}`}"` +
    (close === null
      ? `: give a screen (${words.join(", ")}), KIND NAME, an id or a code`
      : `; did you mean "${close}"?`)
  );
}
