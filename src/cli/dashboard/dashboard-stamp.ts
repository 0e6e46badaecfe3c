// Whether the dashboard's files were made of the sources as they are.
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Beside the files: what they were made of. */
export const STAMP = "made-of.txt";

/** Digest of everything that the files are made of. */
export function stampOf(root: string): string {
  const digest = createHash("sha256");
  const paths = globSync("src/{dashboard,model,status,verdict,cli/{dashboard,session}}/**/*.{ts,tsx,css,html,svg}", {
    cwd: root,
  });
  for (const path of [...paths, "package-lock.json"].sort()) {
    digest.update(`${path}\n`).update(readFileSync(join(root, path)));
  }
  return digest.digest("hex");
}
