// `selvage auth whoami|can-i`: what the mesh takes the caller for, and whether that is enough for something.
import type { Whoami } from "../../model/api/operators.ts";
import { kindByAnyName, kinds } from "../../model/document/kinds.ts";
import { printData } from "../print/print-data.ts";
import { reportFailure } from "../print/report-failure.ts";
import { exitCodes, type ExitCode } from "../session/exit-code.ts";
import type { CliSession } from "../session/session.ts";

export async function whoami(session: CliSession): Promise<ExitCode> {
  const answer = await session.client.call<Whoami>("GET", "/whoami");
  if (!answer.ok) {
    return reportFailure(answer.failure, session.terminal);
  }
  const { name, role, namespaces, by, expiresAt } = answer.value;
  await printData(session, {
    data: answer.value,
    human: () => [
      `name        ${name}`,
      `role        ${role}`,
      `namespaces  ${namespaces === null ? "all" : namespaces.join(", ")}`,
      `known by    ${by}`,
      `expires     ${expiresAt ?? "never"}`,
      `mesh        ${session.client.server}`,
    ],
    names: () => [name],
  });
  return exitCodes.ok;
}

const reads = new Set(["get", "list", "watch", "describe", "diff", "validate", "status"]);
const ofAdmins = new Set(["token", "tokens", "keys", "registry"]);

/** Prints `yes` or `no`; exit code 1 for no, as kubectl's. The mesh itself decides each call anew. */
export async function canI(session: CliSession, verb: string, what: string): Promise<ExitCode> {
  const answer = await session.client.call<Whoami>("GET", "/whoami");
  if (!answer.ok) {
    return reportFailure(answer.failure, session.terminal);
  }
  const why = whyNot(answer.value, verb, what, session.namespace ?? "default");
  await printData(session, {
    data: { allowed: why === null, reason: why },
    human: () => [why === null ? "yes" : `no: ${why}`],
    names: () => [why === null ? "yes" : "no"],
  });
  return why === null ? exitCodes.ok : exitCodes.differences;
}

/** null = they may. */
function whyNot({ name, role, namespaces }: Whoami, verb: string, what: string, namespace: string): string | null {
  const kind = kindByAnyName(what);
  const isForAdmins = ofAdmins.has(what);
  const isWide = isForAdmins || (kind !== null && kinds[kind].scope === "mesh");
  if (namespaces !== null && (isWide || !namespaces.includes(namespace))) {
    return `${name} has only ${namespaces.join(", ")}`;
  }
  if (reads.has(verb) && !isForAdmins) {
    return null;
  }
  if (isWide && role !== "admin") {
    return `${what} is for admins`;
  }
  return role === "viewer" ? "a viewer changes nothing" : null;
}
