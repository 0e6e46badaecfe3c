// The user's own wrangler: found beside the mesh or on PATH, and run without a terminal, so that it asks nothing.
import { spawn } from "node:child_process";
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve as absolute } from "node:path";
import type { WranglerCall } from "./steps.ts";
import type { Ran } from "./wrangler-answers.ts";

/** Program, and what comes before wrangler's own arguments. */
type Found = readonly [program: string, ...before: string[]];

export interface Wrangler {
  /** @param input its standard input; nothing by default */
  run(call: WranglerCall, input?: string): Promise<Ran>;
}

/** Longer is no deployment any more. */
const PATIENCE_MS = 15 * 60_000;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const MAX_OUTPUT = 4 * 1024 * 1024;

/** In a folder's node_modules or above, on PATH, then beside this command. null = there is none. */
export function findWrangler(folder: string, root: string, path: string): Found | null {
  return inModules(folder) ?? onPath(path) ?? inModules(root);
}

function inModules(start: string): Found | null {
  for (let folder = start; ; folder = dirname(folder)) {
    const script = join(folder, "node_modules", "wrangler", "bin", "wrangler.js");
    if (existsSync(script)) {
      return [process.execPath, script];
    }
    if (folder === dirname(folder)) {
      return null;
    }
  }
}

function onPath(path: string): Found | null {
  for (const folder of path.split(delimiter).filter((one) => one !== "")) {
    // Windows runs no script by its name: npm lays the package beside it.
    const script = join(folder, "node_modules", "wrangler", "bin", "wrangler.js");
    if (process.platform === "win32" && existsSync(script)) {
      return [process.execPath, script];
    }
    if (process.platform !== "win32" && isProgram(join(folder, "wrangler"))) {
      // It is run in another folder.
      return [absolute(folder, "wrangler")];
    }
  }
  return null;
}

/** As a shell looks for one: folders and files that cannot be run are passed over. */
function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** `folder` is where its wrangler.toml is. */
export function wranglerIn(folder: string, [program, ...before]: Found, patienceMs = PATIENCE_MS): Wrangler {
  return {
    run: async (call, input) => {
      const notes = mkdtempSync(join(tmpdir(), "selvage-deploy-"));
      const file = join(notes, "output.ndjson");
      try {
        const child = spawn(program, [...before, ...call], {
          cwd: folder,
          stdio: ["pipe", "pipe", "pipe"],
          env: { ...environment(), WRANGLER_OUTPUT_FILE_PATH: file },
        });
        const said = { stdout: "", stderr: "" };
        const late = setTimeout(() => {
          said.stderr += `\nit did not end within ${patienceMs / 60_000} minutes, and was ended`;
          child.kill("SIGKILL");
          // What it started may hold them open.
          child.stdout.destroy();
          child.stderr.destroy();
        }, patienceMs);
        const hear = (stream: "stdout" | "stderr"): void =>
          void child[stream].setEncoding("utf8").on("data", (text: string) => {
            said[stream] = (said[stream] + text).slice(-MAX_OUTPUT);
          });
        hear("stdout");
        hear("stderr");
        // It may end without having read.
        child.stdin.on("error", () => undefined);
        child.stdin.end(input ?? "");
        // Whoever ends this command ends its deployment too; a Ctrl-C reaches both by itself.
        const stop = (signal: NodeJS.Signals): void => {
          child.kill(signal);
          rmSync(notes, { recursive: true, force: true });
          SIGNALS.forEach((one) => process.off(one, stop));
          process.kill(process.pid, signal);
        };
        SIGNALS.forEach((one) => process.on(one, stop));
        const code = await new Promise<number>((resolve) => {
          child.on("error", (error) => {
            said.stderr += error.message;
            resolve(-1);
          });
          child.on("close", (ended) => resolve(ended ?? -1));
        }).finally(() => {
          clearTimeout(late);
          SIGNALS.forEach((one) => process.off(one, stop));
        });
        return { code, ...said, records: recordsIn(file) };
      } finally {
        rmSync(notes, { recursive: true, force: true });
      }
    },
  };
}

/**
 * Which mesh this command speaks to, and as whom, is none of its business; and which part of the file is meant is said
 * in the call: CLOUDFLARE_ENV would send calls for the database elsewhere.
 */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith("SELVAGE_") && name !== "CLOUDFLARE_ENV",
  );
  return { ...Object.fromEntries(kept), NO_COLOR: "1", FORCE_COLOR: "0" };
}

function recordsIn(file: string): unknown[] {
  if (!existsSync(file)) {
    return [];
  }
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line): unknown[] => {
      try {
        return [JSON.parse(line)];
      } catch {
        return [];
      }
    });
}
