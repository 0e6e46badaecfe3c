// The `-f` and `-k` of apply, diff, validate and delete: reads the files, or what kustomize makes of a folder, and
// makes the body, or says on stderr why it cannot.
import { sayError } from "./error-line.ts";
import { spawnSync } from "node:child_process";
import { bundleSources, type Bundle } from "./bundle-sources.ts";
import { exitCodes, type ExitCode } from "./exit-code.ts";
import { readSources, type Sources } from "./sources.ts";
import type { Terminal } from "./terminal.ts";

type Loaded = { readonly ok: true; readonly bundle: Bundle } | { readonly ok: false; readonly exitCode: ExitCode };

/** @param kustomization a folder with a kustomization.yaml */
export function loadDocuments(paths: readonly string[], terminal: Terminal, kustomization?: string): Loaded {
  const read = kustomization === undefined ? readSources(paths) : kustomized(kustomization, paths);
  const message = !read.ok
    ? read.message
    : read.sources.every(({ text }) => text.trim() === "")
      ? `there are no documents in ${[...paths, kustomization ?? []].flat().join(", ")}`
      : null;
  if (!read.ok || message !== null) {
    sayError(terminal, message ?? "");
    return { ok: false, exitCode: exitCodes.usage };
  }
  return { ok: true, bundle: bundleSources(read.sources) };
}

const MAX_BYTES = 16 * 1024 * 1024;

/** By the kustomize or kubectl that is there: it is a language of its own, and not ours. */
function kustomized(folder: string, paths: readonly string[]): Sources {
  if (paths.length > 0) {
    return { ok: false, message: "say -f or -k, not both" };
  }
  for (const [command, ...args] of [
    ["kustomize", "build", folder],
    ["kubectl", "kustomize", folder],
  ] as const) {
    const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8", maxBuffer: MAX_BYTES });
    if (error !== undefined && "code" in error && error.code === "ENOENT") {
      continue;
    }
    if (status === 0) {
      return { ok: true, sources: [{ path: folder, text: stdout }] };
    }
    return { ok: false, message: `${command} made nothing of ${folder}: ${(error?.message ?? stderr).trim()}` };
  }
  return { ok: false, message: "-k needs kustomize or kubectl on this machine, and neither is there" };
}
