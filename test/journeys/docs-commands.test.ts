// The commands of the pages that describe rather than lead: each line is run against one mesh, in the order of its
// page, with names of that mesh in place of placeholders. What stays in the foreground, or needs an account elsewhere,
// is named here.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommand } from "../../src/cli/run-command.ts";
import { startBackend, type Backend } from "../support/backend.ts";
import { startMesh, type TestMesh } from "../support/mesh.ts";
import { COMMAND } from "../support/packed.ts";
import { recordingTerminal } from "../support/recording-terminal.ts";

const root = new URL("../..", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "selvage-commands-"));
const missing = ["bash", "curl"].find((command) => spawnSync(command, ["--version"]).status !== 0);

/** Stays in the foreground, asks on a terminal, or needs an account, a cluster or an editor. */
const ELSEWHERE =
  /^(?:npx selvage |selvage (?:up|edit|tail|logs|deploy)\b|export SELVAGE_TOKEN|git pull|kubectl )|\bwrangler\b|npm run deploy|get endpoints .*-w\b|mesh\.example\.com/;

interface Page {
  readonly page: string;
  /** What stands for something of the reader's own. */
  readonly instead?: readonly (readonly [RegExp, string])[];
  /** Exit codes beside 0, by what stands in the line. */
  readonly codes?: Readonly<Record<string, number>>;
}

/** A member of the first item of a list as JSON, in the shell. */
const first = (command: string, path: string): string =>
  `$(selvage ${command} -o json | node -pe 'JSON.parse(require("fs").readFileSync(0))${path}')`;

const FILES = [
  [/-f FILE -f FOLDER\/ -f -/, `-f ${folder}/mesh/orders.yaml -f ${folder}/mesh/`],
  [/(?<=import istio -f )FOLDER\//, `${folder}/istio/`],
  [/FOLDER\/|(?<=-f )mesh\/(?= |$)/, `${folder}/mesh/`],
  [/(?<=[> ])mesh\.yaml/g, `${folder}/mesh.yaml`],
  [/(?<=--if-match )41/, first("history", ".revision")],
  [/(?<=--to )41/, `$(( ${first("history", ".revision")} - 1 ))`],
  [/(?<=history )42/, first("history", ".revision")],
] as const;

const ACCOUNTS = [
  [/(?<=token rm )ID/, first("token ls", '.items.find((one) => one.name === "ci").id')],
  [/\.selvage\//, "$DATA/"],
] as const;

const PAGES: readonly Page[] = [
  { page: "circuit-breaker" },
  { page: "rollouts" },
  {
    page: "cli",
    instead: [
      ...FILES,
      ...ACCOUNTS,
      [/(?<=override rm )NAME/, first("override ls", ".items[0].metadata.name")],
      [/(?<=mobile )SECRET/, first("app credentials mobile -n web", ".secrets[0].id")],
      [/~\/\.config\/fish\/completions/, folder],
      [/change\.yaml/, `${folder}/mesh/orders.yaml`],
      [/(?<=init )my-mesh/, `${folder}/my-mesh`],
    ],
    codes: { "selvage diff": 1, "selvage replay": 1, "selvage status": 1, "selvage trace": 4 },
  },
  { page: "operators", instead: ACCOUNTS },
  { page: "operations", instead: FILES, codes: { "selvage diff": 1, "selvage status": 1 } },
  { page: "deploy", instead: [[/\b(?:mia|ci)\.token/g, `${folder}/$&`]] },
];

let mesh: TestMesh;
let backend: Backend;

beforeAll(async () => {
  for (const name of ["mesh", "istio", "home"]) {
    mkdirSync(join(folder, name));
  }
  [mesh, backend] = await Promise.all([startMesh(), startBackend("orders")]);
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  write("mesh/orders.yaml", documents(backend.url));
  write("istio/route.yaml", ISTIO);
  Object.assign(process.env, {
    MAIN: process.env[COMMAND] ?? join(root, "src/cli/main.ts"),
    PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
    HOME: join(folder, "home"),
    XDG_CONFIG_HOME: join(folder, "home"),
    DATA: mesh.data,
    SELVAGE_URL: mesh.url,
    SELVAGE_TOKEN: mesh.token,
    NO_COLOR: "1",
  });
}, 120_000);
afterAll(async () => {
  await mesh?.stop();
  await backend?.close();
  rmSync(folder, { recursive: true });
});

const ISTIO = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: orders}
spec: {hosts: [orders], http: [{route: [{destination: {host: orders}}]}]}
`;

/** What the pages speak of. */
const documents = (url: string): string => `
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: orders, labels: {old: "yes"}}
spec: {exposure: public, endpoints: [{url: "${url}"}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: orders}
spec: {hostnames: [orders.example.com], rules: [{backendRefs: [{name: orders}]}]}
---
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: orders}
spec: {targetRefs: [{kind: Service, name: orders}], circuitBreaker: {}}
---
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: orders, namespace: shop}
spec: {exposure: public, endpoints: [{url: "${url}"}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: orders, namespace: shop, labels: {app: shop}}
spec: {hostnames: [shop.example.com], rules: [{backendRefs: [{name: orders}]}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: prices, namespace: shop}
spec: {hostnames: [prices.example.com], rules: [{backendRefs: [{name: orders}]}]}
---
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: orders, namespace: shop}
spec: {targetRefs: [{kind: Service, name: orders}], circuitBreaker: {}}
---
apiVersion: selvage.dev/v1
kind: RateLimitPolicy
metadata: {name: per-client}
spec: {targetRefs: [{kind: Service, name: orders}], limits: [{name: steady, requests: 600, window: 1m, key: [client]}]}
---
apiVersion: selvage.dev/v1
kind: Service
metadata: {name: reviews, namespace: shop}
spec: {exposure: public, endpoints: [{url: "${url}", version: v1}, {url: "${url}", version: v2}]}
---
apiVersion: selvage.dev/v1
kind: Rollout
metadata: {name: reviews, namespace: shop}
spec: {service: reviews, stable: v1, canary: v2, steps: [{weight: 1, hold: 2m}, {weight: 10}, {weight: 100}]}
---
apiVersion: selvage.dev/v1
kind: Tier
metadata: {name: gold, namespace: shop}
spec: {service: orders, approval: manual, limits: [{name: hourly, requests: 100, window: 1h}]}
`;

/** The lines of a page's shell blocks that can be run here, as they are run. */
function linesOf({ page, instead = [] }: Page): { readonly line: string; readonly command: string }[] {
  const text = readFileSync(join(root, "docs", `${page}.md`), "utf8");
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
    .flatMap(([, block = ""]) => block.split("\n"))
    .filter((line) => line.trim() !== "" && !ELSEWHERE.test(line))
    .map((line) => ({
      line,
      command: instead.reduce(
        (done, [from, to]) => done.replace(from, to),
        line
          .replace("npm run -s selvage --", "selvage")
          .replace("https://selvage.SUBDOMAIN.workers.dev", mesh.url)
          .replace("http://127.0.0.1:8787", mesh.url),
      ),
    }));
}

interface Ran {
  readonly line: string;
  readonly code: number | null;
  readonly output: string;
}

/** Of a line that is the command alone, its arguments; null = a shell has to read it. */
function argumentsOf(command: string): string[] | null {
  const [, rest = ""] = /^selvage (.*?)(?: +#.*)?$/.exec(command) ?? [];
  if (rest === "" || /[|<>`$;&]/.test(rest)) {
    return null;
  }
  return [...rest.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, plain]) => single ?? double ?? plain ?? "",
  );
}

async function run(line: string, command: string): Promise<Ran> {
  const given = argumentsOf(command);
  if (given !== null) {
    const terminal = recordingTerminal();
    const code = await runCommand(given, terminal);
    return { line, code, output: `${terminal.stdout()}\n${terminal.stderr()}` };
  }
  const script = `selvage() { node "$MAIN" "$@"; }\n${command}`;
  // Without holding up this process, whose own connections to the mesh would end unnoticed meanwhile.
  const shell = spawn("bash", ["-c", script], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(shell, "close");
  const [output, errors] = await Promise.all([text(shell.stdout), text(shell.stderr)]);
  await ended;
  return { line, code: shell.exitCode, output: output + errors };
}

describe.each(PAGES)("$page.md", (page) => {
  it("names only commands that do what it says", async (context) => {
    if (missing !== undefined) {
      return context.skip(`needs ${missing}`);
    }
    await runCommand(["apply", "-f", `${folder}/mesh/`, "--set", "shop", "--wait"], recordingTerminal());
    const lines = linesOf(page);
    expect(lines.length).toBeGreaterThan(2);
    const wrong: Ran[] = [];
    for (const { line, command } of lines) {
      const ran = await run(line, command);
      const [, other = 0] = Object.entries(page.codes ?? {}).find(([words]) => line.includes(words)) ?? [];
      if (ran.code !== 0 && ran.code !== other) {
        wrong.push(ran);
      }
    }
    expect(wrong).toEqual([]);
  }, 120_000);
});
