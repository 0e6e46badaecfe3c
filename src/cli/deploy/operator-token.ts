// The first operator's token of a mesh: made once, kept beside its wrangler.toml, readable by its owner alone.
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const tokenFile = (folder: string, name: string): string => join(folder, `${name}.token`);

/** null = there is none. */
export function keptToken(file: string): string | null {
  try {
    return readFileSync(file, "utf8").trim() || null;
  } catch {
    return null;
  }
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
