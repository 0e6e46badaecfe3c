// The data folder before a mesh starts in it: there, writable, its owner's alone, with the operator's token. What
// stands in the way is answered in one sentence.
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { keepAdminToken } from "../session/admin-token.ts";
import { makePrivate } from "./private-data.ts";

type Prepared =
  | { readonly ok: true; readonly token: string; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly message: string };

/** `given` is the token that the operator wants; an empty one counts as none. */
export function prepareData(data: string, given: string | undefined): Prepared {
  if (statSync(data, { throwIfNoEntry: false })?.isFile() === true) {
    return { ok: false, message: `--data wants a folder, and ${data} is a file` };
  }
  try {
    const isPrivate = makePrivate(data);
    writeFileSync(join(data, ".gitignore"), "*\n");
    const token = keepAdminToken(data, given === "" ? undefined : given);
    const warnings = isPrivate
      ? []
      : [
          `warning: the file system of ${data} keeps no permissions: other users of this machine may read the token there`,
        ];
    return { ok: true, token, warnings };
  } catch (error) {
    return {
      ok: false,
      message: `the folder ${data} cannot be used (${reasonOf(error)}); give another one with --data`,
    };
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "it may not be written here",
  EPERM: "it may not be written here",
  EROFS: "its file system is read-only",
  ENOENT: "it cannot be made here",
  ENOTDIR: "a part of its path is a file",
  EEXIST: "a part of its path is a file",
  ENOSPC: "its file system is full",
  EDQUOT: "its file system is full",
  ENAMETOOLONG: "its name is too long",
  ELOOP: "its path is a circle of links",
};

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return reasons[code] ?? (error instanceof Error ? error.message : String(error));
}
