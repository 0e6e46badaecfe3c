// What a stranger can cost the mesh at addresses that ask for no proof: `npx node test/attack/open-paths.ts [words]`
// floods each for a few seconds, over 24 connections from one address, and prints answers a second, CPU for each, and
// what an innocent request and an apply take meanwhile. Ends with 1 where an answer costs more than the bound.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { startBackend } from "../support/backend.ts";
import { startMesh, type TestMesh } from "../support/mesh.ts";

const FLOOD_MS = 4000;
const CONNECTIONS = 24;
/** On each connection, without an answer. */
const DEPTH = 2;
/** CPU of one answer that has to be made, on average over a flood. */
const MOST_CPU_MS = 2;

const head = (line: string, more = ""): string => `${line} HTTP/1.1\r\nHost: 127.0.0.1\r\n${more}\r\n`;
const posted = (path: string, type: string, body: string, more = ""): string =>
  `${head(`POST ${path}`, `content-type: ${type}\r\ncontent-length: ${body.length}\r\n${more}`)}${body}`;
const random = (): string => crypto.randomUUID().replaceAll("-", "");
const FORM = "application/x-www-form-urlencoded";

/** The largest file of the dashboard; found when the mesh runs. */
let asset = "";

/** What is asked, as bytes; a new one for each request. */
const KINDS: Readonly<Record<string, () => string>> = {
  "nothing: ordinary traffic": () => head("GET /svc/quiet/"),
  "home page": () => head("GET /_selvage/"),
  "openapi.json": () => head("GET /_selvage/openapi.json"),
  "openapi.json, gzip": () => head("GET /_selvage/openapi.json", "accept-encoding: gzip\r\n"),
  "reference page": () => head("GET /_selvage/docs"),
  "problem page": () => head("GET /_selvage/problems/SLV5003", "accept: text/html\r\n"),
  "problem, no such code": () => head(`GET /_selvage/problems/${random()}`),
  healthz: () => head("GET /_selvage/healthz"),
  readyz: () => head("GET /_selvage/readyz"),
  dashboard: () => head("GET /_selvage/ui/"),
  "dashboard's file": () => head(`GET ${asset}`),
  "dashboard, no such file": () => head(`GET /_selvage/ui/assets/${random()}.js`),
  portal: () => head("GET /_selvage/portal/"),
  jwks: () => head("GET /_selvage/.well-known/jwks.json"),
  "openid-configuration": () => head("GET /_selvage/.well-known/openid-configuration"),
  "oauth-authorization-server": () => head("GET /_selvage/.well-known/oauth-authorization-server"),
  "login page": () => head("GET /_selvage/login?return=/_selvage/ui/"),
  "login's way back": () => head(`GET /_selvage/login/callback?code=${random()}&state=${random()}`),
  "login, unknown token": () => posted("/_selvage/login", "application/json", `{"token": "slv_${random()}"}`),
  logout: () => posted("/_selvage/logout", "application/json", "{}", `Cookie: __Host-selvage-session=${random()}\r\n`),
  "token call, unknown client": () =>
    posted("/_selvage/v1/oauth/token", FORM, `grant_type=client_credentials&client_id=${random()}&client_secret=x`),
  "token exchange": () =>
    posted(
      "/_selvage/v1/oauth/token",
      FORM,
      `grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token=${random()}`,
    ),
  "MCP, no proof": () => posted("/_selvage/mcp", "application/json", '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'),
  "metrics, no proof": () => head("GET /_selvage/metrics"),
  "admin API, no proof": () => head("GET /_selvage/v1/whoami"),
  "admin API, unknown token": () => head("GET /_selvage/v1/whoami", `authorization: Bearer slv_${random()}\r\n`),
  "admin API, unknown session": () =>
    head("GET /_selvage/v1/whoami", `cookie: __Host-selvage-session=${random()}${random()}\r\n`),
  "admin API, refused write": () => posted("/_selvage/v1/apply", "application/yaml", "a".repeat(1000)),
  "admin API, no such call": () => head(`GET /_selvage/v1/${random()}`),
  "nginx's question": () =>
    head(`GET /_selvage/authz/nginx/quiet.default`, "x-original-uri: /x\r\nx-original-method: GET\r\n"),
  "rate limits asked for": () =>
    posted("/_selvage/ratelimit/json", "application/json", '{"domain":"quiet.default","descriptors":[]}'),
  "no such call, 8 KB": () => head(`GET /_selvage/v1/${"ab".repeat(4000)}`),
  "no such call, 95 segments": () => head(`GET /_selvage/v1${"/a".repeat(95)}`),
  "login page, 8 KB to return to": () => head(`GET /_selvage/login?return=/${"%2e%2e/".repeat(1100)}`),
  "bearer of 30 KB": () => head("GET /_selvage/v1/whoami", `authorization: Bearer ${"a.".repeat(15_000)}\r\n`),
  "cookies of 30 KB": () => head("GET /_selvage/v1/whoami", `cookie: ${"a=b; ".repeat(6000)}\r\n`),
  "MCP, 100 KB": () => posted("/_selvage/mcp", "application/json", "[".repeat(100_000)),
  "token call, 60 KB": () => posted("/_selvage/v1/oauth/token", FORM, "a=b&".repeat(15_000)),
  "login, 60 KB": () => posted("/_selvage/login", "application/json", `{"token": "${"a".repeat(60_000)}"}`),
  "nginx's question, 8 KB": () =>
    head(
      "GET /_selvage/authz/nginx/quiet.default",
      `x-original-uri: ${"/%61".repeat(2000)}\r\nx-original-method: GET\r\n`,
    ),
  "rate limits, 60 KB": () =>
    posted(
      "/_selvage/ratelimit/json",
      "application/json",
      `{"domain":"quiet.default","descriptors":[${Array.from({ length: 1000 }, () => '{"entries":[{"key":"remote_address","value":"1.2.3.4"}]}').join()}]}`,
    ),
  "no such route": () => head(`GET /${random()}`, "accept: text/html\r\n"),
};

interface Seen {
  readonly statuses: ReadonlyMap<string, number>;
  readonly answers: number;
}

/** Keeps so many requests on their way on each connection until the time is over. */
async function flood(port: number, make: () => string): Promise<Seen> {
  const statuses = new Map<string, number>();
  const until = Date.now() + FLOOD_MS;
  let answers = 0;
  // What is answered before its body was read is closed, and opened again.
  const one = async (): Promise<void> => {
    while (Date.now() < until) {
      await connection();
    }
  };
  const connection = (): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1");
      let rest = "";
      const ask = (): unknown => (Date.now() < until ? socket.write(make()) : socket.destroy());
      socket.on("connect", () => Array.from({ length: DEPTH }).forEach(ask));
      socket.on("error", () => undefined).on("close", () => resolve());
      socket.on("data", (chunk: Buffer) => {
        rest += chunk.toString("latin1");
        for (let length = wholeLength(rest); length !== null; length = wholeLength(rest)) {
          const status = rest.slice(9, 12);
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          answers += 1;
          rest = rest.slice(length);
          ask();
        }
      });
    });
  await Promise.all(Array.from({ length: CONNECTIONS }, one));
  return { statuses, answers };
}

/** Of the first answer, head and body; null = it is not all there. */
function wholeLength(text: string): number | null {
  const end = text.indexOf("\r\n\r\n");
  if (end === -1) {
    return null;
  }
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end + 2))?.[1];
  if (length !== undefined) {
    return text.length < end + 4 + Number(length) ? null : end + 4 + Number(length);
  }
  const last = /transfer-encoding: *chunked/i.test(text.slice(0, end)) ? text.indexOf("\r\n0\r\n\r\n", end) : end - 3;
  return last === -1 ? null : last + 7;
}

const TICK_MS = 1000 / Number(execFileSync("getconf", ["CLK_TCK"]).toString());
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
const residentMb = (pid: number): number =>
  Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024);

async function medianMs(count: number, act: (at: number) => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let at = 0; at < count; at++) {
    const began = performance.now();
    await act(at);
    times.push(performance.now() - began);
  }
  return Math.round(times.sort((a, b) => a - b)[count >> 1] ?? 0);
}

async function measured(mesh: TestMesh, name: string, make: () => string): Promise<boolean> {
  const pid = mesh.workerdPid();
  const before = cpuMs(pid);
  const flooding = flood(Number(new URL(mesh.url).port), make);
  await sleep(500);
  const innocent = await medianMs(20, async () => (await fetch(`${mesh.url}/svc/quiet/`)).text());
  const applied = await medianMs(5, (at) => apply(mesh, `z${Date.now() % 1e7}-${at}`));
  const rss = residentMb(pid);
  const { answers, statuses } = await flooding;
  const each = (cpuMs(pid) - before) / Math.max(1, answers);
  const told = [...statuses].map(([status, count]) => `${status}×${count}`).join(" ");
  const columns = [
    name.padEnd(28),
    `${String(Math.round((answers / FLOOD_MS) * 1000)).padStart(6)}/s`,
    `${each.toFixed(2).padStart(6)} ms CPU`,
    `innocent ${String(innocent).padStart(4)} ms`,
    `apply ${String(applied).padStart(4)} ms`,
    `${String(rss).padStart(5)} MB`,
    told,
  ];
  console.log(columns.join("  "));
  return each <= MOST_CPU_MS && answers > 0;
}

async function apply(mesh: TestMesh, name: string): Promise<void> {
  const answer = await fetch(`${mesh.url}/_selvage/v1/apply`, {
    method: "POST",
    headers: { authorization: `Bearer ${mesh.token}`, "content-type": "application/yaml" },
    body: `{apiVersion: selvage.dev/v1, kind: Application, metadata: {name: ${name}}, spec: {}}`,
  });
  if (!answer.ok) {
    throw new Error(await answer.text());
  }
}

const words = process.argv.slice(2);
const backend = await startBackend("quiet");
const mesh = await startMesh({ args: ["--log", "none"] });
let isBounded = true;
try {
  const service = `{apiVersion: selvage.dev/v1, kind: Service, metadata: {name: quiet}, spec: {exposure: public, endpoints: [{url: "${backend.url}"}]}}`;
  await mesh.cli(["apply", "--wait", "-f", "-"], service);
  const page = await (await fetch(`${mesh.url}/_selvage/ui/`)).text();
  asset = /src="([^"]+\.js)"/.exec(page)?.[1] ?? "/_selvage/ui/assets/none.js";
  for (const [name, make] of Object.entries(KINDS)) {
    if (words.every((word) => name.includes(word))) {
      isBounded = (await measured(mesh, name, make)) && isBounded;
    }
  }
} finally {
  await mesh.stop();
  await backend.close();
}
console.log(isBounded ? "bounded" : `NOT BOUNDED: more than ${MOST_CPU_MS} ms of CPU for an answer`);
process.exit(isBounded ? 0 : 1);
