// The bootstrap operator token of a local mesh: made once, kept beside its data, readable by its owner only.
import { randomBytes } from "node:crypto";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The file's token, or null when there is none (or it cannot be read). */
export function readAdminToken(folder: string): string | null {
  try {
    return readFileSync(join(folder, "admin-token"), "utf8").trim() || null;
  } catch {
    return null;
  }
}

/** The file's token; makes one when there is none. A `given` token is kept, so that commands nearby find it. */
export function keepAdminToken(folder: string, given: string | undefined): string {
  const known = readAdminToken(folder);
  if (known !== null && (given === undefined || given === known)) {
    return known;
  }
  const token = given ?? `slv_local_${randomBytes(24).toString("base64url")}`;
  const path = join(folder, "admin-token");
  writeFileSync(path, `${token}\n`, { mode: 0o600 });
  try {
    // `mode` above holds for a new file only.
    chmodSync(path, 0o600);
  } catch {
    // A file system without modes: who prepares the folder says so.
  }
  return token;
}
