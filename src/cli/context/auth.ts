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
  const { role, namespaces } = answer.value;
  const kind = kindByAnyName(what);
  const isWide = ofAdmins.has(what) || Object.values(kinds).some((one) => one.kind === kind && one.scope === "mesh");
  const namespace = session.namespace ?? "default";
  const isReached = namespaces === null || (!isWide && namespaces.includes(namespace));
  const why = !isReached
    ? `${answer.value.name} has only ${(namespaces ?? []).join(", ")}`
    : reads.has(verb) && !ofAdmins.has(what)
      ? null
      : isWide && role !== "admin"
        ? `${what} is for admins`
        : role === "viewer"
          ? "a viewer changes nothing"
          : null;
  await printData(session, {
    data: { allowed: why === null, reason: why },
    human: () => [why === null ? "yes" : `no: ${why}`],
    names: () => [why === null ? "yes" : "no"],
  });
  return why === null ? exitCodes.ok : exitCodes.differences;
}
