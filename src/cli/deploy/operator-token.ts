// The first operator's token of a mesh: made once, kept beside its wrangler.toml, readable by its owner alone.
import { randomBytes } from "node:crypto";
import { chmodSync, lstatSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const tokenFile = (folder: string, name: string): string => join(folder, `${name}.token`);

/**
 * null = there is none. A mesh is given what is in it: so it throws where that may be somebody else's, and closes the
 * file where others could read it.
 */
export function keptToken(file: string): string | null {
  const there = lstatSync(file, { throwIfNoEntry: false });
  if (there === undefined) {
    return null;
  }
  if (!there.isFile() || (process.getuid !== undefined && there.uid !== process.getuid())) {
    throw new Error(`${file} is no file of yours: move it away, or write the token into one`);
  }
  const token = readFileSync(file, "utf8").trim();
  if (!/^[!-~]{16,}$/.test(token)) {
    throw new Error(`${file} has no token in it: move it away`);
  }
  if ((there.mode & 0o077) !== 0) {
    chmodSync(file, 0o600);
  }
  return token;
}

/** The file's, or a new one; it is written before the mesh gets it, so that no mesh has a token that nobody has. */
export function keepToken(file: string): string {
  const known = keptToken(file);
  if (known !== null) {
    return known;
  }
  const token = `slv_${randomBytes(24).toString("hex")}`;
  writeFileSync(file, `${token}\n`, { mode: 0o600, flag: "wx" });
  return token;
}
