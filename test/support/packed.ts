// Journeys run the package as it is installed: command and Worker are bundled once for all of them, not by each mesh
// that starts. What `npm run build` makes, in a folder of this run's own.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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
  buildCommand(join(folder, "dist", "cli"));
  mkdirSync(join(folder, "dist", "worker"));
  writeFileSync(join(folder, "dist", "worker", "index.js"), await bundleWorker(root));
  process.env[COMMAND] = join(folder, "dist", "cli", "main.js");
  return () => rmSync(folder, { recursive: true, force: true });
}

/** As package.json builds it, into another folder. */
function buildCommand(out: string): void {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const [program, ...args] = (scripts["build:cli"] ?? "").split(" ");
  const into = args.map((one) => (one.startsWith("--outdir=") ? `--outdir=${out}` : one));
  if (program !== "esbuild" || !into.includes(`--outdir=${out}`)) {
    throw new Error("package.json no longer builds the command with one call of esbuild");
  }
  execFileSync(join(root, "node_modules", ".bin", "esbuild"), [...into, "--log-level=error"], { cwd: root });
}
