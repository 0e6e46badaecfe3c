// `selvage delete KIND NAME`: removes one document, as one revision. No question is asked: scripts come first, and the
// answer names the way back.
import type { ApplyResult } from "../../model/api/apply.ts";
import type { Resource } from "../../model/api/resource.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { printData, shortRef } from "../print/print-data.ts";
import { printFindings } from "../print/print-findings.ts";
import { reportFailure } from "../print/report-failure.ts";
import { resourcePath } from "../session/resource-path.ts";
import type { CliSession } from "../session/session.ts";
import { namespaceFor, understand } from "../session/kind-argument.ts";
import { applied, ifMatchHeader } from "./apply.ts";

export interface DeleteOptions {
  /** resourceVersion that must still stand; without it, the one that stands now. */
  readonly ifMatch?: string;
  readonly ignoreNotFound?: boolean;
  readonly reason?: string;
  readonly dryRun?: boolean;
}

export async function deleteCommand(
  session: CliSession,
  kind: string,
  name: string | undefined,
  options: DeleteOptions,
): Promise<ExitCode> {
  const { client, terminal } = session;
  const understood = understand(kind, name);
  const [only, ...others] = understood.ok ? (understood.what.kinds ?? []) : [];
  if (!understood.ok || only === undefined || others.length > 0 || understood.what.name === null) {
    const message = understood.ok ? "delete wants one KIND and one NAME" : understood.message;
    terminal.err(`${terminal.paint("red", "Error", "err")}: ${message}`);
    return exitCodes.usage;
  }
  const path = resourcePath(`${only}/${namespaceFor(only, session.namespace)}/${understood.what.name}`);
  let { ifMatch } = options;
  if (ifMatch === undefined) {
    const standing = await client.call<Resource>("GET", path);
    if (!standing.ok) {
      if (standing.failure.status === 404 && options.ignoreNotFound === true) return exitCodes.ok;
      return reportFailure(standing.failure, terminal);
    }
    ifMatch = standing.etag ?? standing.value.metadata.resourceVersion;
  }
  const answer = await client.call<ApplyResult>("DELETE", path, {
    query: { reason: options.reason, dryRun: options.dryRun },
    ifMatch: ifMatchHeader(ifMatch),
  });
  if (!answer.ok) return reportFailure(answer.failure, terminal);
  await printFindings(answer.value.warnings, null, terminal);
  await printData(session, {
    data: answer.value,
    human: () => applied(answer.value),
    names: () => answer.value.items.map(({ ref }) => shortRef(ref)),
  });
  return exitCodes.ok;
}
