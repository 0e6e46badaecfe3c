// The `-f` of apply, diff and validate: reads the files and makes the body, or says on stderr why it cannot.
import { bundleSources, type Bundle } from "./bundle-sources.ts";
import { exitCodes, type ExitCode } from "./exit-code.ts";
import { readSources } from "./sources.ts";
import type { Terminal } from "./terminal.ts";

type Loaded = { readonly ok: true; readonly bundle: Bundle } | { readonly ok: false; readonly exitCode: ExitCode };

export function loadDocuments(paths: readonly string[], terminal: Terminal): Loaded {
  const read = readSources(paths);
  const message = !read.ok
    ? read.message
    : read.sources.every(({ text }) => text.trim() === "")
      ? `there are no documents in ${paths.join(", ")}`
      : null;
  if (!read.ok || message !== null) {
    terminal.err(`${terminal.paint("red", "Error", "err")}: ${message}`);
    return { ok: false, exitCode: exitCodes.usage };
  }
  return { ok: true, bundle: bundleSources(read.sources) };
}
