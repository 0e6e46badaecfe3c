// The data folder is its owner's alone: it holds digests, audit and the operator's token. Folders 0700, files 0600, whatever
// was there before; of a folder that holds other people's files as well, only what is the mesh's own.
import { chmodSync, lstatSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** What a mesh writes into its folder. */
const OWN = [".gitignore", "admin-token", "demo", "lock", "run", "v3"] as const;

/** Makes the folder when it is not there. What this process and its children write from now on is private as well. */
export function makePrivate(data: string): void {
  process.umask(0o077);
  mkdirSync(data, { recursive: true, mode: 0o700 });
  chmodSync(data, 0o700);
  for (const name of OWN) close(join(data, name));
}

function close(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isSymbolicLink()) return;
  const wanted = found.isDirectory() || (found.mode & 0o100) !== 0 ? 0o700 : 0o600;
  if ((found.mode & 0o777) !== wanted) chmodSync(path, wanted);
  if (found.isDirectory()) for (const name of readdirSync(path)) close(join(path, name));
}
