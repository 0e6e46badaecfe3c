// `selvage delete`: by kind and names, by files, or by labels; each document is a revision of its own. No question is
// asked: scripts come first. What cannot be brought back is said by the mesh, and `--dry-run` says it before.
import { sayError } from "../session/error-line.ts";
import type { ApplyResult } from "../../model/api/apply.ts";
import type { Resource } from "../../model/api/resource.ts";
import { refOf } from "../../model/word/refs.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { printChange } from "../print/print-change.ts";
import { printFindings } from "../print/print-findings.ts";
import { reportFailure } from "../print/report-failure.ts";
import { listResources } from "../session/list-resources.ts";
import { loadDocuments } from "../session/load-documents.ts";
import { resourcePath } from "../session/resource-path.ts";
import type { CliSession } from "../session/session.ts";
import { namespaceFor, understand } from "../session/kind-argument.ts";
import { ifMatchHeader } from "./apply.ts";

export interface DeleteOptions {
  readonly filename?: readonly string[];
  readonly kustomize?: string;
  readonly selector?: string;
  /** resourceVersion that must still stand; without it, the one that stands now. */
  readonly ifMatch?: string;
  readonly ignoreNotFound?: boolean;
  readonly reason?: string;
  readonly dryRun?: boolean;
}

type Wanted = { readonly refs: readonly string[] } | { readonly exitCode: ExitCode };

export async function deleteCommand(
  session: CliSession,
  kind: string | undefined,
  names: readonly string[],
  options: DeleteOptions,
): Promise<ExitCode> {
  const wanted = await wantedOf(session, kind, names, options);
  if ("exitCode" in wanted) {
    return wanted.exitCode;
  }
  for (const ref of wanted.refs) {
    const code = await deleteOne(session, ref, options);
    if (code !== exitCodes.ok) {
      return code;
    }
  }
  return exitCodes.ok;
}

async function wantedOf(
  session: CliSession,
  kind: string | undefined,
  names: readonly string[],
  options: DeleteOptions,
): Promise<Wanted> {
  const { terminal } = session;
  const usage = (message: string): Wanted => {
    sayError(terminal, message);
    return { exitCode: exitCodes.usage };
  };
  if (options.filename !== undefined || options.kustomize !== undefined) {
    if (kind !== undefined || options.selector !== undefined) {
      return usage("-f and -k say which documents: nothing else may");
    }
    return inFiles(session, options);
  }
  if (kind === undefined) {
    return usage("delete wants one KIND and NAMEs, -l with a KIND, or -f");
  }
  const [first, ...others] = names;
  const understood = understand(kind, kind.includes("/") ? undefined : first);
  const [only, ...more] = understood.ok ? (understood.what.kinds ?? []) : [];
  if (!understood.ok) {
    return usage(understood.message);
  }
  if (only === undefined || more.length > 0) {
    return usage("delete wants one KIND and one NAME");
  }
  const namespace = namespaceFor(only, session.namespace);
  if (options.selector !== undefined) {
    if (understood.what.name !== null) {
      return usage("say a NAME or -l, not both");
    }
    const found = await listResources(session.client, { kind: only, namespace, labelSelector: options.selector });
    if (!found.ok) {
      return { exitCode: reportFailure(found.failure, terminal) };
    }
    if (found.value.items.length === 0) {
      terminal.err("nothing found");
    }
    return { refs: found.value.items.map(({ metadata }) => refOf(only, metadata.namespace, metadata.name)) };
  }
  if (understood.what.name === null) {
    return usage("delete wants one KIND and one NAME");
  }
  if (options.ifMatch !== undefined && others.length > 0) {
    return usage("--if-match is for one document");
  }
  const all = kind.includes("/") ? [understood.what.name, ...names] : [understood.what.name, ...others];
  return { refs: all.map((name) => refOf(only, namespace, name)) };
}

async function inFiles({ terminal, namespace }: CliSession, options: DeleteOptions): Promise<Wanted> {
  const loaded = loadDocuments(options.filename ?? [], terminal, options.kustomize);
  if (!loaded.ok) {
    return loaded;
  }
  const { parseDocuments } = await import("../../model/read/parse-documents.ts");
  const parsed = parseDocuments(loaded.bundle.body, "yaml");
  if (!parsed.ok) {
    sayError(terminal, "the files hold something that is no document; selvage validate shows what");
    return { exitCode: exitCodes.validation };
  }
  // Backwards: what was written for others to lean on goes last.
  const refs = parsed.documents.map(({ document: { kind, metadata } }) =>
    refOf(kind, metadata.namespace || namespaceFor(kind, namespace), metadata.name),
  );
  return { refs: refs.toReversed() };
}

async function deleteOne(session: CliSession, ref: string, options: DeleteOptions): Promise<ExitCode> {
  const { client, terminal } = session;
  const path = resourcePath(ref);
  let { ifMatch } = options;
  if (ifMatch === undefined) {
    const standing = await client.call<Resource>("GET", path);
    if (!standing.ok) {
      if (standing.failure.status === 404 && options.ignoreNotFound === true) {
        return exitCodes.ok;
      }
      return reportFailure(standing.failure, terminal);
    }
    ifMatch = standing.etag ?? standing.value.metadata.resourceVersion;
  }
  const answer = await client.call<ApplyResult>("DELETE", path, {
    query: { reason: options.reason, dryRun: options.dryRun },
    ifMatch: ifMatchHeader(ifMatch),
  });
  if (!answer.ok) {
    return reportFailure(answer.failure, terminal);
  }
  await printFindings(answer.value.warnings, null, terminal);
  await printChange(session, answer.value);
  return exitCodes.ok;
}
