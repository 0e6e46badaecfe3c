// What `-f` names: files, folders (read recursively) and standard input, in the order given. Documents are not parsed.
import { readFileSync, readSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

export interface DocumentSource {
  /** As the user wrote it, or found below the folder that was given; `-` for standard input. */
  readonly path: string;
  readonly text: string;
}

export type Sources =
  { readonly ok: true; readonly sources: readonly DocumentSource[] } | { readonly ok: false; readonly message: string };

/** Reads them all. A file below two of the given folders is read once. */
export function readSources(paths: readonly string[], readStdin: () => string = stdin): Sources {
  const sources = new Map<string, DocumentSource>();
  for (const path of paths) {
    if (path === "-") {
      sources.set(path, { path, text: readStdin() });
      continue;
    }
    const found = filesOf(path);
    if (!found.ok) {
      return found;
    }
    for (const file of found.files) {
      sources.set(file, { path: file, text: readText(file) });
    }
  }
  return { ok: true, sources: [...sources.values()] };
}

const stdin = (): string => withoutMark(Buffer.concat([...chunks(0)]).toString("utf8"));

const PAUSE_MS = 10;

/**
 * All of a descriptor. A pipe whose writer is slow may say EAGAIN, which `readFileSync` takes for the end of
 * everything.
 */
function* chunks(descriptor: number): Generator<Buffer> {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    const buffer = Buffer.alloc(65_536);
    try {
      const size = readSync(descriptor, buffer);
      if (size === 0) {
        return;
      }
      yield buffer.subarray(0, size);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : null;
      // How Windows says that the writer has closed a pipe.
      if (code === "EOF") {
        return;
      }
      if (code !== "EAGAIN") {
        throw error;
      }
      Atomics.wait(pause, 0, 0, PAUSE_MS);
    }
  }
}
const readText = (path: string): string => withoutMark(readFileSync(path, "utf8"));
const withoutMark = (text: string): string => text.replace(/^\uFEFF/, "");

function filesOf(path: string): { ok: true; files: string[] } | { ok: false; message: string } {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch {
    return { ok: false, message: `there is no file or folder "${path}"` };
  }
  if (!isFolder) {
    return { ok: true, files: [path] };
  }
  const files = readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ya?ml|json)$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.split(/[\\/]/).includes("node_modules"))
    .sort();
  return files.length > 0
    ? { ok: true, files }
    : { ok: false, message: `there is no .yaml, .yml or .json file below "${path}"` };
}
