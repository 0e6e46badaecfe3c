// Sees to it that workerd never outlives this process, however it ends: a small shell of its own session holds a pipe
// from us and kills workerd when the pipe breaks. workerd is started through a wrapper that first writes down its pid,
// so that there is no moment in which a workerd runs that the watchdog does not know. Nothing to do on Windows. Tells
// workerd to end in peace, too: it then takes no new connections, and exits when its last request has ended.
import { spawn } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { processStat } from "./process-identity.ts";

interface Watchdog {
  /** What miniflare must have in the environment of workerd. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Has workerd take no new requests and finish those that it has; answers when it is gone, or when the time is over.
   */
  drain(patienceMs: number): Promise<void>;
  /** Sends the watchdog home: workerd is already gone. */
  dismiss(): void;
}

// Signals to the whole process group (Ctrl-C) are for the parent, which ends workerd in order. Ignored ones stay so
// across exec, but workerd listens to TERM again, and would take no connection any more before its isolates were told:
// so it has a group of its own. The parent is checked after the pid is written: whoever dies first, the other one
// sees it. miniflare starts a workerd that has ended anew; while the mesh is stopping, that ends at once. A workerd
// without file descriptors dies, so it may have as many as there are.
const wrapper = `#!/bin/sh
trap '' INT TERM HUP
echo $$ > "$SELVAGE_WORKERD_PID"
kill -0 "$SELVAGE_PARENT_PID" 2>/dev/null || exit 1
[ -e "$SELVAGE_STOPPING" ] && exit 1
ulimit -n "$(ulimit -Hn)" 2>/dev/null
command -v setsid >/dev/null && exec setsid "$SELVAGE_WORKERD" "$@"
command -v perl >/dev/null && exec perl -e 'setpgrp; exec @ARGV' "$SELVAGE_WORKERD" "$@"
exec "$SELVAGE_WORKERD" "$@"
`;

// A line means "done". The file is open from the beginning: whoever kills the mesh may remove its folder at once. The
// command's name is checked because pids are reused.
const watch = `
exec 3< "$SELVAGE_WORKERD_PID"
read -r line && exit 0
read -r pid <&3 || exit 0
case "$(tr '\\0' ' ' < "/proc/$pid/cmdline" 2>/dev/null || ps -o command= -p "$pid")" in
  *workerd*) kill -9 "$pid" ;;
esac
rm -f "$SELVAGE_WORKERD_PID"
`;

/** Call before miniflare starts; `folder` is a private folder of this mesh. */
export function startWatchdog(folder: string): Watchdog {
  if (process.platform === "win32") {
    return { environment: {}, drain: async () => undefined, dismiss: () => undefined };
  }
  const script = join(folder, "workerd.sh");
  const pidFile = join(folder, "workerd.pid");
  const stopping = join(folder, "stopping");
  rmSync(stopping, { force: true });
  killLeftover(pidFile);
  writeFileSync(script, wrapper, { mode: 0o700 });
  writeFileSync(pidFile, "");
  const environment = {
    SELVAGE_WORKERD: workerdPath(),
    SELVAGE_WORKERD_PID: pidFile,
    SELVAGE_PARENT_PID: String(process.pid),
    SELVAGE_STOPPING: stopping,
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
    drain: async (patienceMs) => {
      writeFileSync(stopping, "");
      await drain(pidFile, patienceMs);
    },
    dismiss: () => {
      child.stdin.end("done\n");
      rmSync(pidFile, { force: true });
      rmSync(stopping, { force: true });
    },
  };
}

async function drain(pidFile: string, patienceMs: number): Promise<void> {
  const deadline = performance.now() + patienceMs;
  let told = 0;
  while (performance.now() < deadline) {
    const pid = pidIn(pidFile);
    const stat = pid === null ? null : processStat(pid);
    if (pid === null || stat === null || stat.command !== "workerd" || stat.state === "Z") {
      return;
    }
    // Another one than before: it was just being started when this began.
    if (pid !== told) {
      signal(pid, "SIGTERM");
    }
    told = pid;
    await sleep(20);
  }
}

function signal(pid: number, name: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself in the meantime.
  }
}

function pidIn(pidFile: string): number | null {
  try {
    const pid = Number(readFileSync(pidFile, "utf8"));
    return pid > 1 ? pid : null;
  } catch {
    return null;
  }
}

/** A workerd of an earlier mesh on this data whose watchdog was killed too. The lock says that its owner is dead. */
function killLeftover(pidFile: string): void {
  const pid = pidIn(pidFile);
  if (pid !== null && processStat(pid)?.command === "workerd") {
    signal(pid, "SIGKILL");
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
