// `selvage catalog [SERVICE]`: the APIs that a consumer may see, one of them at length, or its OpenAPI description. By
// the credentials of an application where the environment has them, else as an operator of its namespace.
import type { Catalog, CatalogService } from "../../model/api/endpoints.ts";
import { scopedName } from "../../model/word/refs.ts";
import { sayError } from "../session/error-line.ts";
import { printData } from "../print/print-data.ts";
import { reportFailure } from "../print/report-failure.ts";
import { table } from "../print/table.ts";
import { createClient, type ApiClient } from "../session/client.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import type { CliSession } from "../session/session.ts";

const PATIENCE_MS = 30_000;

export interface CatalogOptions {
  readonly openapi?: boolean;
}

export async function catalog(
  session: CliSession,
  service: string | undefined,
  { openapi = false }: CatalogOptions,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<ExitCode> {
  const client = consumerClient(session.client, environment);
  if (service === undefined) {
    return openapi ? namesNone(session) : list(session, client);
  }
  const { namespace, name } = scopedName(service, session.namespace ?? "default");
  if (openapi) {
    const path = `/catalog/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}/openapi.json`;
    const description = await client.call<Readonly<Record<string, unknown>>>("GET", path);
    if (!description.ok) {
      return reportFailure(description.failure, session.terminal);
    }
    const asJson = session.output === "table" ? { ...session, output: "json" as const } : session;
    await printData(asJson, { data: description.value, human: () => [], names: () => [] });
    return exitCodes.ok;
  }
  const answer = await read(client, namespace);
  if (!answer.ok) {
    return reportFailure(answer.failure, session.terminal);
  }
  const found = answer.value.items.find((one) => one.name === name);
  if (found === undefined) {
    sayError(session.terminal, `there is no API ${namespace}/${name}, or you may not see it`);
    return exitCodes.notFound;
  }
  await printData(session, { data: found, human: () => lines(found, client.server), names: () => [nameOf(found)] });
  return exitCodes.ok;
}

/** An application's own word comes before whatever token lies around: it is what the caller of an API has. */
function consumerClient(client: ApiClient, environment: Readonly<Record<string, string | undefined>>): ApiClient {
  const { SELVAGE_CLIENT_ID: id, SELVAGE_CLIENT_SECRET: secret } = environment;
  if (!id || !secret) {
    return client;
  }
  const pair = [id, secret].map((one) => encodeURIComponent(one)).join(":");
  const authorization = `Basic ${Buffer.from(pair).toString("base64")}`;
  return createClient({ server: client.server, token: null, timeoutMs: PATIENCE_MS, headers: { authorization } });
}

const read = (client: ApiClient, namespace?: string): ReturnType<typeof client.call<Catalog>> =>
  client.call<Catalog>("GET", "/catalog", { query: { view: "consumers", namespace } });

async function list(session: CliSession, client: ApiClient): Promise<ExitCode> {
  const answer = await read(client, session.namespace ?? undefined);
  if (!answer.ok) {
    return reportFailure(answer.failure, session.terminal);
  }
  const { items } = answer.value;
  const rows = items.map((one) => [
    nameOf(one),
    one.exposure,
    (one.contracts ?? []).map(({ tier }) => tier).join(",") || "-",
    (one.tiers ?? []).map(({ name }) => name).join(",") || "-",
    one.openapi === null ? "-" : "yes",
    one.description ?? "-",
  ]);
  await printData(session, {
    data: answer.value,
    human: () => (rows.length === 0 ? [] : table(["API", "EXPOSURE", "CONTRACT", "TIERS", "OPENAPI", "ABOUT"], rows)),
    names: () => items.map(nameOf),
  });
  if (items.length === 0) {
    session.terminal.err("no API that you may see");
  }
  return exitCodes.ok;
}

function namesNone({ terminal }: CliSession): ExitCode {
  sayError(terminal, "--openapi needs the name of a service");
  return exitCodes.usage;
}

const nameOf = ({ namespace, name }: CatalogService): string => `${namespace}/${name}`;

function lines(one: CatalogService, server: string): string[] {
  const { tiers = [], contracts = [], links } = one;
  const facts: [string, string][] = [
    ["api", nameOf(one)],
    ["about", one.description ?? "-"],
    ["owner", one.owner ?? "-"],
    ["exposure", one.exposure],
    ...one.addresses.map((address): [string, string] => ["address", new URL(address, server).href]),
    ["versions", one.versions.map(({ version }) => version ?? "none").join(", ") || "-"],
    ["openapi", one.openapi === null ? "-" : `selvage catalog ${nameOf(one)} --openapi`],
    ...links.map(({ title, url }): [string, string] => ["link", [title, url].filter(Boolean).join(": ")]),
    ...contracts.map(({ application, tier }): [string, string] => ["contract", `${application}, tier ${tier}`]),
    ...tiers.map(({ name, approval, limits }): [string, string] => [
      "tier",
      `${name} (${approval}): ${limits.map(({ requests, window }) => `${requests} in ${window}`).join(", ")}`,
    ]),
  ];
  const width = Math.max(...facts.map(([head]) => head.length));
  return facts.map(([head, text]) => `${head.padEnd(width)}  ${text}`);
}
