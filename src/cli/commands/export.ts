// `selvage export`: the documents of the mesh as users write them, ready for git and for `apply`: without what the
// server adds.
import { yamlText } from "../print/yaml-text.ts";
import { sayError } from "../session/error-line.ts";
import type { Resource } from "../../model/api/resource.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { counted } from "../../model/word/plural.ts";
import { listResources } from "../session/list-resources.ts";
import { reportFailure } from "../print/report-failure.ts";
import type { CliSession } from "../session/session.ts";
import { understand } from "../session/kind-argument.ts";

export interface ExportOptions {
  readonly selector?: string;
}

/** Every kind, or those named; every namespace, or the one of `-n`. YAML, or with `-o json` one `{items: […]}`. */
export async function exportDocuments(
  session: CliSession,
  kind: string | undefined,
  options: ExportOptions,
): Promise<ExitCode> {
  const { client, terminal, output } = session;
  const understood = understand(kind ?? "all", undefined);
  if (!understood.ok) {
    sayError(terminal, understood.message);
    return exitCodes.usage;
  }
  const answer = await listResources(client, {
    namespace: session.namespace ?? undefined,
    labelSelector: options.selector,
  });
  if (!answer.ok) {
    return reportFailure(answer.failure, terminal);
  }
  const { kinds } = understood.what;
  const documents = answer.value.items
    .filter((one) => kinds === null || kinds.includes(one.kind))
    .map((one) => asWritten(one));
  if (output === "json") {
    terminal.out(JSON.stringify({ items: documents }, null, 2));
  } else if (documents.length > 0) {
    const texts = await Promise.all(documents.map((document) => yamlText(document)));
    terminal.out(texts.join("\n---\n"));
  }
  terminal.err(`${counted(documents.length, "document")} of revision ${answer.value.revision}`);
  return exitCodes.ok;
}

/** Only what a user says; empty labels and annotations are left out. */
export function asWritten({ apiVersion, kind, metadata, spec }: Resource): object {
  const { name, namespace, labels, annotations } = metadata;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      namespace,
      ...(Object.keys(labels).length > 0 ? { labels } : {}),
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    },
    spec,
  };
}
