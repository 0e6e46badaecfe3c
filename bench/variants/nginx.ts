// Variant `nginx`: the same pass-through by the nginx of this machine, in the same run, where there is one. Not a mesh:
// a measure of what a proxy in C costs here.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { startNginx } from "../../test/support/nginx.ts";
import { get, type Variant } from "../variant.ts";

export const hasNginx = (): boolean => spawnSync("nginx", ["-v"]).status === 0;

export const nginx: Variant = {
  name: "nginx",
  async start({ upstreamPort }) {
    const server = await startNginx(`
      upstream service { server 127.0.0.1:${upstreamPort}; keepalive 64; }
      server {
        listen 127.0.0.1:8080;
        keepalive_requests 1000000;
        location / { proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection ""; }
      }`);
    return {
      port: server.port,
      pids: workersOf(server.pid),
      requests: [get(`127.0.0.1:${upstreamPort}`, "/orders/17?full=1")],
      counts: async () => ({ objectCalls: 0, d1Queries: 0 }),
      stop: server.stop,
    };
  },
};

/** The master and its children. */
function workersOf(master: number): number[] {
  const children = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => parentOf(name) === master);
  return [master, ...children.map(Number)];
}

function parentOf(pid: string): number {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  } catch {
    return 0; // It has ended meanwhile.
  }
}
