// `selvage context add|use|list|rm`: which meshes there are, and which one commands talk to.
import { sayError } from "../session/error-line.ts";
import { readFileSync } from "node:fs";
import { exitCodes, type ExitCode } from "../session/exit-code.ts";
import { printData } from "../print/print-data.ts";
import { table } from "../print/table.ts";
import type { CliSession } from "../session/session.ts";
import { contextsFile, readContexts, writeContexts } from "../session/contexts.ts";

export interface ContextAddFlags {
  readonly server?: string;
  readonly token?: string;
  /** A file, or `-` for standard input: a token on a command line is seen by everybody on the machine. */
  readonly tokenFile?: string;
  readonly namespace?: string;
}

export async function addContext({ terminal }: CliSession, name: string, flags: ContextAddFlags): Promise<ExitCode> {
  if (flags.server === undefined) {
    sayError(terminal, "--server says where the mesh is");
    return exitCodes.usage;
  }
  const kept = flags.tokenFile === undefined ? undefined : tokenIn(flags.tokenFile);
  if (kept === null) {
    sayError(terminal, `there is no token in ${flags.tokenFile}`);
    return exitCodes.usage;
  }
  const before = readContexts(process.env);
  const context = { server: flags.server, token: kept ?? flags.token ?? null, namespace: flags.namespace ?? null };
  const isNew = !Object.hasOwn(before.contexts, name);
  writeContexts(process.env, {
    current: before.current ?? name,
    contexts: { ...before.contexts, [name]: context },
  });
  terminal.out(`context "${name}" ${isNew ? "added" : "changed"}${before.current === null ? ", and in use" : ""}`);
  terminal.err(`kept in ${contextsFile(process.env)}, readable by you alone`);
  return exitCodes.ok;
}

function tokenIn(path: string): string | null {
  try {
    return readFileSync(path === "-" ? 0 : path, "utf8").trim() || null;
  } catch {
    return null;
  }
}

export async function useContext(session: CliSession, name: string): Promise<ExitCode> {
  const before = readContexts(process.env);
  if (!Object.hasOwn(before.contexts, name)) {
    return unknown(session, name);
  }
  writeContexts(process.env, { ...before, current: name });
  session.terminal.out(`context "${name}" in use`);
  return exitCodes.ok;
}

export async function removeContext(session: CliSession, name: string): Promise<ExitCode> {
  const before = readContexts(process.env);
  if (!Object.hasOwn(before.contexts, name)) {
    return unknown(session, name);
  }
  const { [name]: _gone, ...contexts } = before.contexts;
  writeContexts(process.env, { current: before.current === name ? null : before.current, contexts });
  session.terminal.out(`context "${name}" removed`);
  return exitCodes.ok;
}

export async function listContexts(session: CliSession): Promise<ExitCode> {
  const { current, contexts } = readContexts(process.env);
  const items = Object.entries(contexts).map(([name, { server, namespace, token }]) => ({
    name,
    current: name === current,
    server,
    namespace,
    hasToken: token !== null,
  }));
  await printData(session, {
    data: { items },
    human: () =>
      items.length === 0
        ? []
        : table(
            ["CURRENT", "NAME", "SERVER", "NAMESPACE", "TOKEN"],
            items.map((one) => [
              one.current ? "*" : "",
              one.name,
              one.server,
              one.namespace ?? "",
              one.hasToken ? "yes" : "no",
            ]),
          ),
    names: () => items.map(({ name }) => name),
  });
  if (items.length === 0) {
    session.terminal.err("no contexts: selvage context add NAME --server URL");
  }
  return exitCodes.ok;
}

function unknown({ terminal }: CliSession, name: string): ExitCode {
  sayError(terminal, `there is no context "${name}"; selvage context list shows them`);
  return exitCodes.notFound;
}
