// A real nginx with a configuration of the examples, on ports of its own; absent on some machines, never in CI.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "./ports.ts";

/** Why a test with nginx cannot run here; null = it can, or it must (CI). */
export function nginxMissing(): string | null {
  if (spawnSync("nginx", ["-v"]).status === 0 || process.env.SELVAGE_CI !== undefined) {
    return null;
  }
  return "nginx is not installed on this machine";
}

export interface Nginx {
  readonly url: string;
  readonly port: number;
  /** Process id of its master. */
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * @param sites what stands inside `http {}`; `127.0.0.1:8080` in it becomes the port that is answered
 */
export async function startNginx(sites: string): Promise<Nginx> {
  const port = await freePorts(1);
  const folder = mkdtempSync(join(tmpdir(), "selvage-nginx-"));
  mkdirSync(join(folder, "temp"));
  const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/temp/${name};`)
    .join(" ");
  const file = join(folder, "nginx.conf");
  writeFileSync(
    file,
    `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 256; }
http { access_log off; ${temp} ${sites.replaceAll("127.0.0.1:8080", `127.0.0.1:${port}`)} }\n`,
  );
  const child = spawn("nginx", ["-c", file, "-p", folder], { stdio: ["ignore", "ignore", "pipe"] });
  const said: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => said.push(chunk.toString()));
  for (let tries = 0; !(await answers(port)); tries++) {
    if (child.exitCode !== null || tries > 500) {
      throw new Error(`nginx did not start:\n${said.join("")}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pid: child.pid ?? 0,
    stop: async () => {
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
