// `selvage validate -f …`: what the mesh would say about the documents, without writing anything.
import type { Validation } from "../../model/api/apply.ts";
import { counted } from "../../model/word/plural.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { loadDocuments } from "../session/load-documents.ts";
import { printData } from "../print/print-data.ts";
import { printFindings } from "../print/print-findings.ts";
import { reportFailure } from "../print/report-failure.ts";
import type { CliSession } from "../session/session.ts";

export interface ValidateOptions {
  readonly filename: readonly string[];
  readonly kustomize?: string;
  /** Warnings count as errors. */
  readonly strict?: boolean;
}

export async function validate(session: CliSession, options: ValidateOptions): Promise<ExitCode> {
  const { client, terminal } = session;
  const loaded = loadDocuments(options.filename, terminal, options.kustomize);
  if (!loaded.ok) {
    return loaded.exitCode;
  }
  const answer = await client.call<Validation>("POST", "/validate", {
    text: { type: "application/yaml", content: loaded.bundle.body },
  });
  if (!answer.ok) {
    return reportFailure(answer.failure, terminal, loaded.bundle);
  }
  const { errors, warnings } = answer.value;
  await printFindings([...errors, ...warnings], loaded.bundle, terminal);
  await printData(session, {
    data: answer.value,
    human: () => [verdict(errors.length, warnings.length)],
    names: () => [...new Set([...errors, ...warnings].map(({ ref }) => ref))],
  });
  const refused = errors.length > 0 || (options.strict === true && warnings.length > 0);
  return refused ? exitCodes.validation : exitCodes.ok;
}

function verdict(errors: number, warnings: number): string {
  const parts = [errors > 0 ? counted(errors, "error") : "valid", warnings > 0 ? counted(warnings, "warning") : ""];
  return parts.filter((part) => part !== "").join(", ");
}
