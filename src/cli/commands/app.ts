// `selvage app create|rotate|ls|credentials|revoke`: client applications and their credentials. A secret is printed
// once, on stdout, by the command that made it.
import { sayError } from "../session/error-line.ts";
import type { Credentials, MintedCredentials } from "../../model/api/clients.ts";
import type { Resource } from "../../model/api/resource.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { printData } from "../print/print-data.ts";
import { reportFailure } from "../print/report-failure.ts";
import type { CliSession } from "../session/session.ts";
import { table } from "../print/table.ts";
import { age } from "../../model/word/age.ts";
import { waitForRevision } from "../print/wait-for-revision.ts";
import { get } from "./get.ts";

/** `--wait` of whatever makes a revision. */
export interface Waiting {
  readonly wait?: boolean;
  /** Seconds. */
  readonly timeout: number;
}

export interface AppCreateOptions extends Waiting {
  readonly owner?: string;
  readonly description?: string;
}

export interface AppRotateOptions extends Waiting {
  readonly overlap?: string;
  readonly reason?: string;
}

/** An Application that was made but got no credentials (the mesh went away in between) gets them now. */
export async function createApp(session: CliSession, name: string, options: AppCreateOptions): Promise<ExitCode> {
  const { client, terminal } = session;
  const namespace = session.namespace ?? "default";
  const { owner, description } = options;
  const document = {
    apiVersion: "selvage.dev/v1",
    kind: "Application",
    metadata: { name, namespace },
    spec: { ...(owner === undefined ? {} : { owner }), ...(description === undefined ? {} : { description }) },
  };
  const path = `/namespaces/${encodeURIComponent(namespace)}/application/${encodeURIComponent(name)}`;
  const written = await client.call<Resource>("PUT", path, {
    query: { manager: "cli" },
    body: document,
    ifNoneMatch: "*",
  });
  if (!written.ok) {
    if (written.failure.status !== 412) {
      return reportFailure(written.failure, terminal);
    }
    const held = await client.call<Credentials>("GET", credentialsPath(session, name));
    if (!held.ok) {
      return reportFailure(held.failure, terminal);
    }
    if (held.value.secrets.length > 0) {
      sayError(terminal, `the application ${namespace}/${name} exists and has credentials`);
      terminal.err(`hint: selvage app rotate ${name} -n ${namespace} makes a new secret`);
      return exitCodes.conflict;
    }
    terminal.err(`application/${name} is there already; it gets its first credentials`);
  }
  return minted(session, name, "", {}, options);
}

export function rotateApp(
  session: CliSession,
  name: string,
  { overlap, reason, ...waiting }: AppRotateOptions,
  owner: Owner = "applications",
): Promise<ExitCode> {
  return minted(session, name, "/rotate", { overlap, reason }, waiting, owner);
}

export async function listApps(session: CliSession, options: { readonly allNamespaces?: boolean }): Promise<ExitCode> {
  return get(session, "applications", undefined, options);
}

export async function credentials(
  session: CliSession,
  name: string,
  { add, ...waiting }: { readonly add?: boolean } & Waiting,
  owner: Owner = "applications",
): Promise<ExitCode> {
  if (add === true) {
    return minted(session, name, "", {}, waiting, owner);
  }
  const answer = await session.client.call<Credentials>("GET", credentialsPath(session, name, owner));
  if (!answer.ok) {
    return reportFailure(answer.failure, session.terminal);
  }
  await printCredentials(session, answer.value);
  return exitCodes.ok;
}

export async function revokeApp(
  session: CliSession,
  name: string,
  secret: string | undefined,
  { all, ...waiting }: { readonly all?: boolean } & Waiting,
  owner: Owner = "applications",
): Promise<ExitCode> {
  const { client, terminal } = session;
  if ((secret === undefined) === (all !== true)) {
    sayError(terminal, "name one secret (see selvage app credentials), or say --all");
    return exitCodes.usage;
  }
  const which = secret === undefined ? "" : `/${encodeURIComponent(secret)}`;
  const answer = await client.call<Credentials>("DELETE", `${credentialsPath(session, name, owner)}${which}`);
  if (!answer.ok) {
    return reportFailure(answer.failure, terminal);
  }
  await printCredentials(session, answer.value);
  terminal.err(`revoked with revision ${answer.value.revision}`);
  return settled(session, answer.value.revision, waiting);
}

async function minted(
  session: CliSession,
  name: string,
  call: string,
  body: object,
  waiting: Waiting,
  owner: Owner = "applications",
): Promise<ExitCode> {
  const answer = await session.client.call<MintedCredentials>(
    "POST",
    `${credentialsPath(session, name, owner)}${call}`,
    {
      body,
    },
  );
  if (!answer.ok) {
    return reportFailure(answer.failure, session.terminal);
  }
  const { clientId, clientSecret, secrets, revision } = answer.value;
  await printData(session, {
    data: answer.value,
    human: () => [`client id      ${clientId}`, `client secret  ${clientSecret}`],
    names: () => [clientId],
  });
  const { err } = session.terminal;
  err(`in force with revision ${revision}; the secret is not shown again`);
  for (const { id, expiresAt } of secrets) {
    if (expiresAt !== null) {
      err(`secret ${id} ends at ${expiresAt}`);
    }
  }
  return settled(session, revision, waiting);
}

export async function settled(session: CliSession, revision: number, { wait, timeout }: Waiting): Promise<ExitCode> {
  return wait === true ? waitForRevision(session, revision, timeout) : exitCodes.ok;
}

async function printCredentials(session: CliSession, held: Credentials): Promise<void> {
  const now = Date.now();
  await printData(session, {
    data: held,
    human: () => [
      `client id  ${held.clientId ?? "none yet"}`,
      ...(held.secrets.length === 0
        ? []
        : table(
            ["SECRET", "ENDS", "CREATED BY", "AGE"],
            held.secrets.map(({ id, expiresAt, createdBy, createdAt }) => [
              id,
              expiresAt ?? "never",
              createdBy,
              age(createdAt, now),
            ]),
          )),
    ],
    names: () => held.secrets.map(({ id }) => id),
  });
}

/** Whose credentials: a client's, or those with which a service asks for tokens of its own. */
export type Owner = "applications" | "services";

function credentialsPath({ namespace }: CliSession, name: string, owner: Owner = "applications"): string {
  return `/${owner}/${encodeURIComponent(namespace ?? "default")}/${encodeURIComponent(name)}/credentials`;
}
