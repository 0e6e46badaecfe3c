// Journeys run the package as it is installed: command and Worker are bundled once for all of them, not by each mesh
// that starts. What `npm run build` makes, in a folder of this run's own.
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { bundleWorker } from "../../src/cli/local/bundle-worker.ts";

const root = new URL("../..", import.meta.url).pathname;

/** The command that journeys call, for those processes that inherit this one's environment. */
export const COMMAND = "JOURNEYS_COMMAND";

export default async function setup(): Promise<() => void> {
  // Below node_modules, where it finds the libraries that it needs.
  const folder = mkdtempSync(join(root, "node_modules", ".selvage-"));
  cpSync(join(root, "package.json"), join(folder, "package.json"));
  for (const name of ["migrations", "examples"]) {
    symlinkSync(join(root, name), join(folder, name));
  }
  await build({
    entryPoints: [join(root, "src", "cli", "main.ts")],
    outdir: join(folder, "dist", "cli"),
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    packages: "external",
    target: "node22",
    logLevel: "silent",
  });
  mkdirSync(join(folder, "dist", "worker"));
  writeFileSync(join(folder, "dist", "worker", "index.js"), await bundleWorker(root));
  process.env[COMMAND] = join(folder, "dist", "cli", "main.js");
  return () => rmSync(folder, { recursive: true, force: true });
}
