// The product's Worker as another commit has it: for figures of two builds side by side.
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { bundle } from "../src/cli/local/bundle-worker.ts";

const root = new URL("..", import.meta.url).pathname;

/** @param into a folder that does not exist yet */
export async function codeAt(commit: string, into: string): Promise<string> {
  mkdirSync(into);
  const files = execFileSync("git", ["archive", commit], { cwd: root, maxBuffer: 2 ** 30 });
  execFileSync("tar", ["-x", "-C", into], { input: files });
  symlinkSync(join(root, "node_modules"), join(into, "node_modules"));
  return bundle(join(into, "bench/workers/product.ts"));
}
