// `selvage contract request|approve|reject|revoke|restore|ls`: asking for a tier of a service, and its answer.
import type { ApplyResult } from "../../model/api/apply.ts";
import type { ContractList, ContractViewAnswer, DecidedContract } from "../../model/api/clients.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { printData } from "../print/print-data.ts";
import { printFindings } from "../print/print-findings.ts";
import { reportFailure } from "../print/report-failure.ts";
import type { CliSession } from "../session/session.ts";
import { table } from "../print/table.ts";
import { age } from "../../model/word/age.ts";
import { settled, type Waiting } from "./app.ts";
import { partsOfKey, scopedName } from "../../model/word/refs.ts";

export interface ContractRequestOptions extends Waiting {
  readonly name?: string;
  readonly reason?: string;
}

export async function requestContract(
  session: CliSession,
  wanted: { readonly application: string; readonly service: string; readonly tier: string },
  options: ContractRequestOptions,
): Promise<ExitCode> {
  const { client, terminal } = session;
  const here = session.namespace ?? "default";
  const { namespace, name: application } = scopedName(wanted.application, here);
  const service = scopedName(wanted.service, here);
  const name = options.name ?? `${application}-${service.name}`.slice(0, 63).replace(/-+$/, "");
  const document = {
    apiVersion: "selvage.dev/v1",
    kind: "Contract",
    metadata: { name, namespace },
    // A plain service name is meant as one of where the command is, wherever the application lives.
    spec: { application, service: `${service.namespace}/${service.name}`, tier: wanted.tier },
  };
  const applied = await client.call<ApplyResult>("POST", "/apply", {
    query: { manager: "cli", reason: options.reason },
    body: document,
  });
  if (!applied.ok) {
    return reportFailure(applied.failure, terminal);
  }
  await printFindings(applied.value.warnings, null, terminal);
  const listed = await client.call<ContractList>("GET", "/contracts", { query: { namespace } });
  if (!listed.ok) {
    return reportFailure(listed.failure, terminal);
  }
  const made = listed.value.items.find((one) => one.namespace === namespace && one.name === name);
  if (made === undefined) {
    terminal.err(`contract/${name} was removed while it was being requested`);
    return exitCodes.conflict;
  }
  await printOne(session, { ...made, revision: applied.value.revision });
  if (made.state === "pending") {
    terminal.err(
      `an operator of ${partsOfKey(made.service).namespace} answers it: selvage contract approve ${namespace}/${name}`,
    );
  }
  return settled(session, applied.value.revision, options);
}

export async function contractCommand(
  session: CliSession,
  action: string,
  text: string,
  { reason, ...waiting }: { readonly reason?: string } & Waiting,
): Promise<ExitCode> {
  const { namespace, name } = scopedName(text, session.namespace ?? "default");
  const path = `/contracts/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}/${action}`;
  const answer = await session.client.call<DecidedContract>("POST", path, {
    body: reason === undefined ? {} : { reason },
  });
  if (!answer.ok) {
    return reportFailure(answer.failure, session.terminal);
  }
  await printOne(session, answer.value);
  return settled(session, answer.value.revision, waiting);
}

export async function listContracts(
  session: CliSession,
  options: { readonly allNamespaces?: boolean; readonly service?: string },
): Promise<ExitCode> {
  const namespace = options.allNamespaces === true ? undefined : (session.namespace ?? "default");
  const answer = await session.client.call<ContractList>("GET", "/contracts", {
    query: { namespace, service: options.service },
  });
  if (!answer.ok) {
    return reportFailure(answer.failure, session.terminal);
  }
  const { items } = answer.value;
  const now = Date.now();
  await printData(session, {
    data: answer.value,
    human: (wide) =>
      items.length === 0
        ? []
        : table(
            [...HEAD, ...(wide ? WIDE : [])],
            items.map((item) => row(item, now, wide)),
          ),
    names: () => items.map(nameOf),
  });
  if (items.length === 0) {
    session.terminal.err("no contracts");
  }
  return exitCodes.ok;
}

const HEAD = ["CONTRACT", "APPLICATION", "SERVICE", "TIER", "STATE", "IN FORCE", "SINCE"];
const WIDE = ["BY", "REASON", "MESSAGE"];

function row(item: ContractViewAnswer, now: number, wide: boolean): string[] {
  const { application, service, tier, state, inForce, since, by, reason, message } = item;
  const tierName = scopedName(tier, item.namespace).name;
  const cells = [`${item.namespace}/${item.name}`, application, service, tierName, state, inForce ? "yes" : "no"];
  return [...cells, age(since, now), ...(wide ? [by, reason ?? "", message] : [])];
}

async function printOne(session: CliSession, decided: DecidedContract): Promise<void> {
  await printData(session, {
    data: decided,
    human: () => [`${nameOf(decided)} ${decided.state} (revision ${decided.revision})`],
    names: () => [nameOf(decided)],
  });
  if (!decided.inForce) {
    session.terminal.err(decided.message);
  }
}

const nameOf = ({ namespace, name }: ContractViewAnswer): string => `contract/${namespace}/${name}`;
