// The data folder is its owner's alone: it holds digests, audit and the operator's token. Folders 0700, files 0600,
// whatever was there before; of a folder that holds other people's files as well, only what is the mesh's own.
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";

/** What a mesh writes into its folder. */
const OWN = [".gitignore", "admin-token", "demo", "lock", "run", "v3"] as const;

/**
 * Makes the folder when it is not there. What this process and its children write from now on is private as well.
 * Answers whether the modes could be set: some file systems (FAT, shares of other machines) keep none.
 */
export function makePrivate(data: string): boolean {
  process.umask(0o077);
  makeFolder(data);
  return [setMode(data, 0o700), ...OWN.map((name) => close(join(data, name)))].every((done) => done);
}

/** One by one: `recursive` never ends where a file system refuses folders as "not found", as /proc does. */
function makeFolder(path: string): void {
  if (existsSync(path)) {
    return;
  }
  const parent = dirname(path);
  if (parent !== path) {
    makeFolder(parent);
  }
  mkdirSync(path, { mode: 0o700 });
}

function close(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isSymbolicLink()) {
    return true;
  }
  const wanted = found.isDirectory() || (found.mode & 0o100) !== 0 ? 0o700 : 0o600;
  const done = (found.mode & 0o777) === wanted || setMode(path, wanted);
  const below = found.isDirectory() ? readdirSync(path).map((name) => close(join(path, name))) : [];
  return done && below.every((one) => one);
}

function setMode(path: string, mode: number): boolean {
  try {
    chmodSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
