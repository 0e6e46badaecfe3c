// Journeys run the package as it is installed: command and Worker are bundled once for all of them, not by each mesh
// that starts. What `npm run build` makes, in a folder of this run's own.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { bundleWorker } from "../../src/cli/local/bundle-worker.ts";

const root = new URL("../..", import.meta.url).pathname;

/** The command that journeys call, for those processes that inherit this one's environment. */
export const COMMAND = "JOURNEYS_COMMAND";

export default async function setup(): Promise<() => void | Promise<void>> {
  // Each project of a run asks for it.
  if (process.env[COMMAND] !== undefined) {
    return () => undefined;
  }
  // Below node_modules, where it finds the libraries that it needs.
  const folder = mkdtempSync(join(root, "node_modules", ".selvage-"));
  cpSync(join(root, "package.json"), join(folder, "package.json"));
  for (const name of ["migrations", "examples", "wrangler.toml"]) {
    symlinkSync(join(root, name), join(folder, name));
  }
  buildCommand(join(folder, "dist", "cli"));
  mkdirSync(join(folder, "dist", "worker"));
  writeFileSync(join(folder, "dist", "worker", "index.js"), await bundleWorker(root));
  const command = join(folder, "dist", "cli", "main.js");
  process.env[COMMAND] = command;
  const prepared = prepareData(command);
  return async () => {
    await prepared;
    rmSync(folder, { recursive: true, force: true });
  };
}

/** Where data of a mesh are, beside the command, that has its tables and nothing in them; see below. */
const preparedOf = (command: string): string => join(dirname(command), "..", "..", "prepared");

/** A mesh that begins on these starts its runtime once, as it does every time but the first. */
export function copyPreparedData(into: string): void {
  const prepared = preparedOf(process.env[COMMAND] ?? "");
  if (process.env[COMMAND] !== undefined && existsSync(prepared)) {
    cpSync(prepared, into, { recursive: true });
  }
}

/** Made while other tests run; a mesh that is started before makes its own. */
async function prepareData(command: string): Promise<void> {
  const prepared = preparedOf(command);
  const draft = `${prepared}-draft`;
  const args = [command, "up", "--port", "0", "--data", draft, "--admin-token", "nobody", "--no-demo", "--log", "none"];
  // A run that is killed leaves no mesh behind.
  const env = { ...process.env, SELVAGE_WITH_PARENT: "true" };
  const mesh = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "ignore"] });
  mesh.stdout.once("data", () => mesh.kill("SIGTERM"));
  const [code] = await once(mesh, "exit");
  if (code === 0) {
    mkdirSync(join(`${prepared}-whole`, "v3"), { recursive: true });
    for (const part of ["d1", "migrated"]) {
      renameSync(join(draft, "v3", part), join(`${prepared}-whole`, "v3", part));
    }
    renameSync(`${prepared}-whole`, prepared);
  }
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
