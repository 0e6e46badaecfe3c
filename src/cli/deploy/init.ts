// `selvage init [DIR]`: a folder with all that a mesh of one's own needs. Every file or none is written, and none that
// is there is written over, unless that was asked for.
import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { quoted } from "../../status/trouble.ts";
import { sayError } from "../session/error-line.ts";
import { type ExitCode, exitCodes } from "../session/exit-code.ts";
import { packageRoot } from "../session/package-root.ts";
import type { Terminal } from "../session/terminal.ts";
import { firstFiles, type FirstFile, isMeshName } from "./first-files.ts";
import { deployCommand, isCheckout, meshToml, packagePaths } from "./mesh-toml.ts";

export interface InitFlags {
  readonly name?: string;
  readonly force?: boolean;
}

export function init(given: string, flags: InitFlags, terminal: Terminal): ExitCode {
  const folder = resolve(given);
  const name = flags.name ?? basename(folder);
  if (!isMeshName(name)) {
    const rule = "1 to 54 small letters, digits and -, with no - at either end";
    sayError(terminal, `"${name}" cannot be the name of a mesh: ${rule}; --name gives it another one`);
    return exitCodes.usage;
  }
  const root = packageRoot();
  const toml = meshToml(readFileSync(join(root, "wrangler.toml"), "utf8"), name, packagePaths(root, folder));
  const files = firstFiles(name, toml);

  const found = files.filter(({ path }) => kindOf(join(folder, path)) !== "nothing");
  const odd = [...files.map(({ path }) => dirname(path)), "."].find((path) => kindOf(join(folder, path)) === "file");
  const stuck = found.find(({ path }) => kindOf(join(folder, path)) !== "file");
  if (odd !== undefined || stuck !== undefined) {
    sayError(terminal, `${shown(join(folder, odd ?? stuck?.path ?? ""))} is in the way; nothing was written`);
    return exitCodes.conflict;
  }
  if (found.length > 0 && flags.force !== true) {
    const names = found.map(({ path }) => shown(join(folder, path))).join(", ");
    sayError(terminal, `${names} ${found.length === 1 ? "is" : "are"} there already; nothing was written`);
    terminal.err("hint: give another folder, or --force to write over what is named");
    return exitCodes.conflict;
  }
  const other = OTHERS.find((path) => kindOf(join(folder, path)) !== "nothing");
  if (other !== undefined) {
    sayError(terminal, `${shown(join(folder, other))} is what wrangler would read there; nothing was written`);
    terminal.err("hint: give another folder: a mesh is a Worker of its own");
    return exitCodes.conflict;
  }
  const failure = writeAll(folder, files);
  if (failure !== null) {
    sayError(terminal, `${failure}; nothing was written`);
    return exitCodes.unavailable;
  }
  tell(terminal, { given, folder, name, files, replaced: found });
  return exitCodes.ok;
}

/** wrangler prefers them to a wrangler.toml. */
export const OTHERS = ["wrangler.json", "wrangler.jsonc"] as const;

type Found = "nothing" | "file" | "folder" | "other";

/** A link is neither file nor folder: what it leads to is not ours to write. */
function kindOf(path: string): Found {
  try {
    const found = lstatSync(path);
    return found.isFile() ? "file" : found.isDirectory() ? "folder" : "other";
  } catch {
    // There is nothing, or it cannot be reached: writing says so.
    return "nothing";
  }
}

/** Beside their places first, then all into them; answers what went wrong. */
function writeAll(folder: string, files: readonly FirstFile[]): string | null {
  const drafts = files.map(({ path, text }) => ({
    text,
    to: join(folder, path),
    draft: `${join(folder, path)}.${process.pid}`,
  }));
  const made: string[] = [];
  try {
    for (const { draft, text } of drafts) {
      made.push(mkdirSync(dirname(draft), { recursive: true }) ?? "");
      writeFileSync(draft, text, { flag: "wx" });
    }
    for (const { draft, to } of drafts) {
      renameSync(draft, to);
    }
    return null;
  } catch (error) {
    for (const path of [...drafts.map(({ draft }) => draft), ...made.filter((one) => one !== "")]) {
      try {
        rmSync(path, { recursive: true, force: true });
      } catch {
        // What could not be written cannot be taken away either: below a file, or without permission.
      }
    }
    return error instanceof Error ? error.message : String(error);
  }
}

interface Written {
  readonly given: string;
  readonly folder: string;
  readonly name: string;
  readonly files: readonly FirstFile[];
  readonly replaced: readonly FirstFile[];
}

function tell(terminal: Terminal, { given, folder, name, files, replaced }: Written): void {
  const width = Math.max(...files.map(({ path }) => path.length));
  for (const file of files) {
    const { path, what } = file;
    terminal.out(`${path.padEnd(width)}  ${what}${replaced.includes(file) ? " (written over)" : ""}`);
  }
  const root = packageRoot();
  const there = isCheckout(root) || relative(process.cwd(), folder) === "" ? "" : `cd ${quoted(given)} && `;
  terminal.err(`the mesh "${name}": ${there}${deployCommand(root, folder)}`);
  if (root.split(/[\\/]/).includes("_npx")) {
    terminal.err("hint: this Selvage is in npm's cache; install its package and wrangler where the mesh is");
  }
}

/** From here, where that is below; else whole. */
function shown(path: string): string {
  const below = relative(process.cwd(), path);
  return below.startsWith("..") ? path : below || ".";
}
