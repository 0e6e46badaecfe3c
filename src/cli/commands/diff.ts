// `selvage diff -f …`: what apply would change, field by field, against what the registry holds with defaults filled.
import type { ApplyResult, PatchOperation, PlanItem } from "../../model/api/apply.ts";
import type { Resource } from "../../model/api/resource.ts";
import type { ApiClient } from "../session/client.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { loadDocuments } from "../session/load-documents.ts";
import { named, printData, shortRef } from "../print/print-data.ts";
import { printFindings } from "../print/print-findings.ts";
import { reportFailure } from "../print/report-failure.ts";
import { resourcePath } from "../session/resource-path.ts";
import type { Terminal } from "../session/terminal.ts";
import type { CliSession } from "../session/session.ts";
import { fromPointer } from "../../model/word/json-pointer.ts";

export interface DiffOptions {
  readonly filename: readonly string[];
  readonly kustomize?: string;
  readonly set?: string;
  readonly prune?: boolean;
  readonly pruneMax?: number;
  readonly manager?: string;
}

/** At most so many documents are read again to show what a field was before. */
const MAX_BEFORE = 50;
/** To look is harmless: the guard is for those who prune. */
const ANY_NUMBER = 1_000_000;

/** Exit code 0: no differences; 1: there are some. */
export async function diff(session: CliSession, options: DiffOptions): Promise<ExitCode> {
  const { client, terminal } = session;
  const loaded = loadDocuments(options.filename, terminal, options.kustomize);
  if (!loaded.ok) {
    return loaded.exitCode;
  }
  const { set, prune, pruneMax, manager } = options;
  const answer = await client.call<ApplyResult>("POST", "/diff", {
    query: { set, prune, pruneMax, manager },
    text: { type: "application/yaml", content: loaded.bundle.body },
  });
  if (!answer.ok) {
    return reportFailure(answer.failure, terminal, loaded.bundle);
  }
  const result = answer.value;
  await printFindings(result.warnings, loaded.bundle, terminal);
  const changed = result.items.filter(({ action }) => action !== "unchanged");
  const left = await leftOut(client, options, loaded.bundle.body);
  const before =
    session.output === "table" || session.output === "wide" ? await readBefore(client, changed) : new Map();
  await printData(session, {
    data: result,
    human: () => [
      ...changed.flatMap((item) => describeChange(item, before.get(item.ref))).map((line) => coloured(line, terminal)),
      ...left.map(({ ref }) => `? ${named(ref)}   (not in the files; apply --prune removes it)`),
      summary(result),
    ],
    names: () => changed.map(({ ref }) => shortRef(ref)),
  });
  return changed.length > 0 ? exitCodes.differences : exitCodes.ok;
}

/** Documents of the set that a prune would remove, where none was asked for. */
async function leftOut(client: ApiClient, { set, prune, manager }: DiffOptions, content: string): Promise<PlanItem[]> {
  if (set === undefined || prune === true) {
    return [];
  }
  const query = { set, prune: true, pruneMax: ANY_NUMBER, manager };
  const answer = await client.call<ApplyResult>("POST", "/diff", {
    query,
    text: { type: "application/yaml", content },
  });
  // Whoever may not remove them all still sees what was asked for.
  return answer.ok ? answer.value.items.filter(({ action }) => action === "prune") : [];
}

async function readBefore(client: ApiClient, items: readonly PlanItem[]): Promise<Map<string, Resource>> {
  const updated = items.filter(({ action }) => action === "update").slice(0, MAX_BEFORE);
  const answers = await Promise.all(updated.map(({ ref }) => client.call<Resource>("GET", resourcePath(ref))));
  return new Map(answers.flatMap((answer, index) => (answer.ok ? [[updated[index]?.ref ?? "", answer.value]] : [])));
}

const signs: Readonly<Record<PlanItem["action"], string>> = {
  create: "+",
  update: "~",
  unchanged: " ",
  prune: "-",
  delete: "-",
};

const styles = { "+": "green", "-": "red", "~": "yellow" } as const;

function coloured(line: string, terminal: Terminal): string {
  const sign = /^([+~-]) |: ([+-]) /.exec(line);
  const found = Object.entries(styles).find(([one]) => one === (sign?.[1] ?? sign?.[2]));
  return found === undefined ? line : terminal.paint(found[1], line);
}

/** `~ httproute/orders` and a line for each field. */
export function describeChange(item: PlanItem, before: Resource | undefined): string[] {
  const head = `${signs[item.action]} ${named(item.ref)}${item.action === "prune" ? "   (prune)" : ""}`;
  return item.action === "update"
    ? [head, ...item.patch.map((operation) => `    ${change(operation, before)}`)]
    : [head];
}

function change({ op, path, value }: PatchOperation, before: Resource | undefined): string {
  const field = fromPointer(path)
    .map((part, index) => (/^(\d+|-)$/.test(part) ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join("");
  const old = before === undefined ? undefined : at(before, path);
  const was = old === undefined ? "" : `${JSON.stringify(old)} `;
  switch (op) {
    case "add":
      return `${field}: + ${JSON.stringify(value)}`;
    case "remove":
      return `${field}: - ${was}`.trimEnd();
    case "replace":
      return `${field}: ${was}→ ${JSON.stringify(value)}`;
  }
}

/** Value at a JSON Pointer (RFC 6901). */
function at(root: unknown, pointer: string): unknown {
  let value: unknown = root;
  for (const part of fromPointer(pointer)) {
    if (typeof value !== "object" || value === null) {
      return undefined;
    }
    value = Reflect.get(value, part);
  }
  return value;
}

function summary({ summary: { create, update, unchanged, prune }, planId, revision }: ApplyResult): string {
  const counts = `${create} create, ${update} update, ${unchanged} unchanged, ${prune} prune`;
  return `${counts} · plan ${planId} · revision ${revision}`;
}
