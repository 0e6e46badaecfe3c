// Sees to it that workerd never outlives this process, however it ends: a small shell of its own session holds a pipe
// from us and kills workerd when the pipe breaks. workerd is started through a wrapper that first writes down its pid,
// so that there is no moment in which a workerd runs that the watchdog does not know. Nothing to do on Windows.
import { spawn } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { processStat } from "./process-identity.ts";

export interface Watchdog {
  /** What miniflare must have in the environment of workerd. */
  readonly environment: Readonly<Record<string, string>>;
  /** Sends the watchdog home: workerd is already gone. */
  dismiss(): void;
}

// Signals to the whole process group (Ctrl-C) are for the parent, which ends workerd in order: ignored ones stay so
// across exec. The parent is checked after the pid is written: whoever dies first, the other one sees it.
const wrapper = `#!/bin/sh
trap '' INT TERM HUP
echo $$ > "$SELVAGE_WORKERD_PID"
kill -0 "$SELVAGE_PARENT_PID" 2>/dev/null || exit 1
exec "$SELVAGE_WORKERD" "$@"
`;

// A line means "done". The command's name is checked because pids are reused.
const watch = `
read -r line && exit 0
pid=$(cat "$SELVAGE_WORKERD_PID" 2>/dev/null) || exit 0
case "$(tr '\\0' ' ' < "/proc/$pid/cmdline" 2>/dev/null || ps -o command= -p "$pid")" in
  *workerd*) kill -9 "$pid" ;;
esac
rm -f "$SELVAGE_WORKERD_PID"
`;

/** Call before miniflare starts; `folder` is a private folder of this mesh. */
export function startWatchdog(folder: string): Watchdog {
  if (process.platform === "win32") return { environment: {}, dismiss: () => undefined };
  const script = join(folder, "workerd.sh");
  const pidFile = join(folder, "workerd.pid");
  killLeftover(pidFile);
  writeFileSync(script, wrapper, { mode: 0o700 });
  const environment = {
    SELVAGE_WORKERD: workerdPath(),
    SELVAGE_WORKERD_PID: pidFile,
    SELVAGE_PARENT_PID: String(process.pid),
  };
  process.env.MINIFLARE_WORKERD_PATH = script;
  const child = spawn("/bin/sh", ["-c", watch], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    env: { ...process.env, ...environment },
  });
  child.on("error", () => undefined);
  child.stdin.on("error", () => undefined);
  child.unref();
  return {
    environment,
    dismiss: () => {
      child.stdin.end("done\n");
      rmSync(pidFile, { force: true });
    },
  };
}

/** A workerd of an earlier mesh on this data whose watchdog was killed too. The lock says that its owner is dead. */
function killLeftover(pidFile: string): void {
  let pid: number;
  try {
    pid = Number(readFileSync(pidFile, "utf8"));
  } catch {
    return;
  }
  if (pid > 1 && processStat(pid)?.command === "workerd") {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself in the meantime.
    }
  }
  rmSync(pidFile, { force: true });
}

/** The binary that miniflare would start. `workerd` is its dependency, not ours: it is resolved from there. */
function workerdPath(): string {
  const ours = createRequire(import.meta.url);
  const loaded: unknown = createRequire(ours.resolve("miniflare"))("workerd");
  if (typeof loaded === "object" && loaded !== null && "default" in loaded && typeof loaded.default === "string") {
    return loaded.default;
  }
  throw new Error("the workerd binary was not found: run npm install again");
}
