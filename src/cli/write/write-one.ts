// What edit, patch, label and annotate share: read a document, change what a user writes of it, put it back as long as
// nobody else was faster, and say how to undo it.
import type { ApplyResult } from "../../model/api/apply.ts";
import type { Resource } from "../../model/api/resource.ts";
import { asWritten } from "../commands/export.ts";
import { printChange } from "../print/print-change.ts";
import { printFindings } from "../print/print-findings.ts";
import { reportFailure } from "../print/report-failure.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
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
  { path, etag }: Standing,
  document: object,
  flags: WriteFlags,
): Promise<ExitCode> {
  const { client, terminal } = session;
  const { dryRun, reason } = flags;
  const answer = await client.call<ApplyResult>("PUT", path, {
    query: { manager: "cli", dryRun, reason },
    body: document,
    ifMatch: etag,
  });
  if (!answer.ok) {
    return reportFailure(answer.failure, terminal);
  }
  await printFindings(answer.value.warnings, null, terminal);
  await printChange(session, answer.value);
  return exitCodes.ok;
}

/** The part of it that users write. */
export const written = ({ resource }: Standing): Record<string, unknown> => ({ ...asWritten(resource) });

export function wrong({ terminal }: CliSession, message: string): ExitCode {
  terminal.err(`${terminal.paint("red", "Error", "err")}: ${message}`);
  return exitCodes.usage;
}
