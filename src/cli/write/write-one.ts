// What edit, patch, label and annotate share: read a document, change what a user writes of it, put it back as long as
// nobody else was faster, and say how to undo it.
import { sayError } from "../session/error-line.ts";
import type { ApplyResult, WrittenResource } from "../../model/api/apply.ts";
import type { Resource } from "../../model/api/resource.ts";
import { asWritten } from "../commands/export.ts";
import { printChange } from "../print/print-change.ts";
import { printFindings } from "../print/print-findings.ts";
import { reportFailure } from "../print/report-failure.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { refOf } from "../../model/word/refs.ts";
import { namespaceFor, understand } from "../session/kind-argument.ts";
import { resourcePath } from "../session/resource-path.ts";
import type { CliSession } from "../session/session.ts";

export interface WriteFlags {
  readonly dryRun?: boolean;
  readonly reason?: string;
}

interface Standing {
  readonly path: string;
  readonly resource: Resource;
  readonly etag: string;
}

type Read = { readonly ok: true; readonly standing: Standing } | { readonly ok: false; readonly exitCode: ExitCode };

export async function readOne(session: CliSession, kind: string, name: string | undefined): Promise<Read> {
  const { client, terminal } = session;
  const understood = understand(kind, name);
  const [only, ...others] = understood.ok ? (understood.what.kinds ?? []) : [];
  if (!understood.ok || only === undefined || others.length > 0 || understood.what.name === null) {
    return { ok: false, exitCode: wrong(session, understood.ok ? "name one KIND and one NAME" : understood.message) };
  }
  const path = resourcePath(`${only}/${namespaceFor(only, session.namespace)}/${understood.what.name}`);
  const answer = await client.call<Resource>("GET", path);
  if (!answer.ok) {
    return { ok: false, exitCode: reportFailure(answer.failure, terminal) };
  }
  const etag = answer.etag ?? `"${answer.value.metadata.resourceVersion}"`;
  return { ok: true, standing: { path, resource: answer.value, etag } };
}

export async function writeOne(
  session: CliSession,
  { path, resource, etag }: Standing,
  document: object,
  flags: WriteFlags,
): Promise<ExitCode> {
  const { client, terminal } = session;
  const { dryRun, reason } = flags;
  const query = { manager: "cli", reason };
  if (dryRun === true) {
    const planned = await client.call<ApplyResult>("POST", "/apply", { query: { ...query, dryRun }, body: document });
    if (!planned.ok) {
      return reportFailure(planned.failure, terminal);
    }
    await printFindings(planned.value.warnings, null, terminal);
    await printChange(session, planned.value);
    return exitCodes.ok;
  }
  const answer = await client.call<WrittenResource>("PUT", path, { query, body: document, ifMatch: etag });
  if (!answer.ok) {
    return reportFailure(answer.failure, terminal);
  }
  const { kind, metadata, revision, warnings } = answer.value;
  await printFindings(warnings, null, terminal);
  const isSame = metadata.resourceVersion === resource.metadata.resourceVersion;
  const ref = refOf(kind, metadata.namespace, metadata.name);
  const change = {
    revision,
    dryRun: false,
    summary: { create: 0, update: isSame ? 0 : 1, unchanged: isSame ? 1 : 0, prune: 0 },
    items: [{ ref, action: isSame ? ("unchanged" as const) : ("update" as const), from: null, patch: [] }],
  };
  await printChange(session, change, answer.value);
  return exitCodes.ok;
}

/** The part of it that users write. */
export const written = ({ resource }: Standing): Record<string, unknown> => ({ ...asWritten(resource) });

export function wrong({ terminal }: CliSession, message: string): ExitCode {
  sayError(terminal, message);
  return exitCodes.usage;
}
