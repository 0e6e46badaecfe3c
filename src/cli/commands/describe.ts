// `selvage describe KIND NAME`: one resource with everything known about it, for people.
import { yamlText } from "../print/yaml-text.ts";
import { sayError } from "../session/error-line.ts";
import type { Catalog } from "../../model/api/endpoints.ts";
import type { Resource } from "../../model/api/resource.ts";
import { endpointTable, labelsOf } from "../print/columns.ts";
import { conditionsOf, records } from "../../status/conditions.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { named, printData } from "../print/print-data.ts";
import { reportFailure } from "../print/report-failure.ts";
import { resourcePath } from "../session/resource-path.ts";
import type { CliSession } from "../session/session.ts";
import { table } from "../print/table.ts";
import { age } from "../../model/word/age.ts";
import { namespaceFor, understand } from "../session/kind-argument.ts";

export async function describeCommand(session: CliSession, kind: string, name: string | undefined): Promise<ExitCode> {
  const { client, terminal } = session;
  const understood = understand(kind, name);
  const [only] = understood.ok ? (understood.what.kinds ?? []) : [];
  if (!understood.ok || only === undefined || understood.what.name === null) {
    const message = understood.ok ? "describe wants one KIND and one NAME" : understood.message;
    sayError(terminal, message);
    return exitCodes.usage;
  }
  const namespace = namespaceFor(only, session.namespace);
  const answer = await client.call<Resource>("GET", resourcePath(`${only}/${namespace}/${understood.what.name}`));
  if (!answer.ok) {
    return reportFailure(answer.failure, terminal);
  }
  const resource = answer.value;
  const lines = [
    ...(await aboutLines(resource)),
    ...(await overrideLines(resource)),
    ...conditionLines(resource),
    ...(await endpointLines(session, resource)),
  ];
  await printData(session, {
    data: resource,
    human: () => lines,
    names: () => [`${resource.kind.toLowerCase()}/${resource.metadata.name}`],
  });
  return exitCodes.ok;
}

/** What is in force is the spec with these laid over it. */
async function overrideLines({ status }: Resource): Promise<string[]> {
  const overrides = records(status?.["overrides"]);
  if (overrides.length === 0) {
    return [];
  }
  const told: string[] = [];
  for (const { override, reason, expiresAt, patch } of overrides) {
    told.push(`${named(String(override))} until ${String(expiresAt)}: ${onOneLine(String(reason))}`);
    told.push(...indent((await yamlText(patch)).split("\n")));
  }
  return ["Overrides, which change what is in force:", ...indent(told)];
}

/** A label or a reason with line ends could otherwise look like lines of ours. */
const onOneLine = (text: string): string => text.replaceAll(/\s+/g, " ");

async function aboutLines({ apiVersion, kind, metadata, spec, status }: Resource): Promise<string[]> {
  const facts: readonly (readonly [string, string])[] = [
    ["Name", metadata.name],
    ["Namespace", metadata.namespace],
    ["Kind", `${kind} (${apiVersion})`],
    ["Labels", labelsOf(metadata.labels)],
    ["Annotations", labelsOf(metadata.annotations)],
    ["Revision", `${metadata.resourceVersion} (generation ${metadata.generation})`],
    ["Created", `${metadata.createdAt} (${age(metadata.createdAt, Date.now())} ago)`],
    ["Updated", `${metadata.updatedAt} by ${metadata.updatedBy} (${metadata.manager})`],
    ["Apply set", metadata.applySet ?? ""],
  ];
  const shown = facts
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${`${name}:`.padEnd(13)} ${onOneLine(value)}`);
  const body = (await yamlText(spec)).split("\n");
  return [
    ...shown,
    records(status?.["overrides"]).length === 0 ? "Spec:" : "Spec, as written (an Override changes it, see below):",
    ...body.map((line) => `  ${line}`),
  ];
}

function conditionLines({ status }: Resource): string[] {
  const conditions = conditionsOf(status);
  if (conditions.length === 0) {
    return [];
  }
  const rows = conditions.map(({ type, status, reason, about, message }) => [
    type,
    status,
    reason,
    about ?? "",
    message,
  ]);
  return ["Conditions:", ...indent(table(["TYPE", "STATUS", "REASON", "ABOUT", "MESSAGE"], rows))];
}

async function endpointLines({ client }: CliSession, { kind, metadata }: Resource): Promise<string[]> {
  if (kind !== "Service") {
    return [];
  }
  const answer = await client.call<Catalog>("GET", "/catalog");
  if (!answer.ok) {
    return [];
  }
  const found = answer.value.items.find(
    ({ namespace, name }) => namespace === metadata.namespace && name === metadata.name,
  );
  if (!found) {
    return [];
  }
  return [
    ...(found.addresses.length > 0 ? ["Addresses:", ...indent(found.addresses)] : []),
    "Endpoints:",
    ...indent(found.endpoints.length > 0 ? endpointTable(found.endpoints, true, false) : ["none"]),
  ];
}

const indent = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);
