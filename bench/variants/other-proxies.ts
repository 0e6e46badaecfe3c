// Variants `haproxy` and `caddy`: the same pass-through by what else this machine has, in the same run. Not meshes: a
// measure of what proxies in C and Go cost here.
import { spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:net";
import { freePorts } from "../../test/support/ports.ts";
import { keep, stop } from "../load/children.ts";
import { get, type Variant } from "../variant.ts";

interface Program {
  readonly name: string;
  /** Prints its version when it is installed. */
  readonly version: readonly string[];
  readonly file: string;
  readonly configuration: (port: number, upstreamPort: number) => string;
  /** In the foreground, in one process. */
  readonly args: (file: string) => readonly string[];
}

const programs: readonly Program[] = [
  {
    name: "haproxy",
    version: ["-v"],
    file: "haproxy.cfg",
    configuration: (port, upstreamPort) => `global
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend all
  bind 127.0.0.1:${port}
  default_backend service
backend service
  http-reuse always
  server one 127.0.0.1:${upstreamPort}
`,
    args: (file) => ["-f", file, "-db"],
  },
  {
    name: "caddy",
    version: ["version"],
    file: "Caddyfile",
    configuration: (port, upstreamPort) => `{
  admin off
  auto_https off
}
http://127.0.0.1:${port} {
  reverse_proxy 127.0.0.1:${upstreamPort}
}
`,
    args: (file) => ["run", "--config", file, "--adapter", "caddyfile"],
  },
];

/** Those that are installed here. */
export const otherProxies = (): readonly Variant[] =>
  programs.filter(({ name, version }) => spawnSync(name, [...version]).status === 0).map(variantOf);

function variantOf({ name, file, configuration, args }: Program): Variant {
  return {
    name,
    async start({ dir, upstreamPort }) {
      const port = await freePorts(1);
      const path = join(dir, file);
      writeFileSync(path, configuration(port, upstreamPort));
      const env = { ...process.env, HOME: dir, XDG_DATA_HOME: dir, XDG_CONFIG_HOME: dir };
      const child = spawn(name, [...args(path)], { stdio: "ignore", env });
      keep(child);
      for (const until = Date.now() + 10_000; !(await listens(port));) {
        if (child.exitCode !== null || Date.now() > until) {
          throw new Error(`${name} did not start`);
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      return {
        port,
        pids: [child.pid ?? 0],
        // Caddy answers for the host that it was told.
        requests: [get(`127.0.0.1:${port}`, "/orders/17?full=1")],
        counts: async () => ({ objectCalls: 0, d1Queries: 0 }),
        stop: () => stop(child),
      };
    },
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(socket.destroy() === socket));
    socket.once("error", () => resolve(false));
  });
}
