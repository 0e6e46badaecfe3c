// `selvage version` and `selvage bug-report`: what runs here and there, and one text for whoever is to find a fault.
// Neither holds a token, a secret or the content of a document.
import { release } from "node:os";
import type { Readiness } from "../../model/api/operators.ts";
import { meshOverview, runtimeOverview } from "../../status/mesh-read.ts";
import { exitCodes, type ExitCode } from "../session/exit-code.ts";
import { packageVersion } from "../session/package-root.ts";
import { printData } from "../print/print-data.ts";
import type { CliSession } from "../session/session.ts";
import { statusOf } from "../../status/mesh-status.ts";

interface OpenApi {
  readonly info?: { readonly version?: string };
}

export async function version(session: CliSession): Promise<ExitCode> {
  const told = await versions(session);
  await printData(session, {
    data: told,
    human: () => [
      `client  ${told.client} (Node ${told.node}, ${told.platform})`,
      `server  ${told.server ?? `unknown: ${told.fault ?? ""}`} at ${session.client.server}`,
    ],
    names: () => [told.client],
  });
  return exitCodes.ok;
}

async function versions({ client }: CliSession) {
  const answer = await client.raw<OpenApi>("GET", "/_selvage/openapi.json");
  return {
    client: packageVersion(),
    node: process.versions.node,
    platform: `${process.platform} ${process.arch} ${release()}`,
    server: answer.ok ? (answer.value.info?.version ?? null) : null,
    fault: answer.ok ? null : answer.failure.message,
  };
}

/** Always JSON on stdout: it goes into an issue or a file. */
export async function bugReport(session: CliSession): Promise<ExitCode> {
  const { client, terminal } = session;
  const told = await versions(session);
  const readiness = await client.raw<Readiness>("GET", "/_selvage/readyz", [503]);
  const read = await meshOverview(client);
  const runtime = await runtimeOverview(client, read.resources.ok ? read.resources.value.items : []);
  const { server: _address, ...status } = statusOf("", read, runtime, Date.now());
  const kinds: Record<string, number> = {};
  for (const { kind } of read.resources.ok ? read.resources.value.items : []) {
    kinds[kind] = (kinds[kind] ?? 0) + 1;
  }
  const failures = [
    read.resources,
    read.catalog,
    read.revisions,
    read.propagation,
    read.readiness,
    runtime.breakers,
    runtime.limits,
    runtime.audit,
    runtime.tokens,
  ].flatMap((answer) => (answer === null || answer.ok ? [] : [answer.failure.problem ?? answer.failure.message]));
  terminal.out(
    JSON.stringify(
      {
        at: new Date().toISOString(),
        versions: told,
        readiness: readiness.ok ? readiness.value : readiness.failure.message,
        kinds,
        status,
        failures,
      },
      null,
      2,
    ),
  );
  terminal.err(
    "no token, secret or document is in it; names of services and what is said of them are: read it before you send it",
  );
  return exitCodes.ok;
}
