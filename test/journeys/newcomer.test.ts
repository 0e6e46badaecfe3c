// The first hour of somebody new, from a packed tarball in an empty folder: five commands to an own service with a
// canary, a token and a limit. What the package lacks, or needs beside it, fails here.
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, it } from "vitest";
import { withControl } from "../../src/cli/deploy/keep-up.ts";
import { tablesIn, tokensIn } from "../../src/cli/deploy/wrangler-answers.ts";
import { TABLE_COUNT, TOKEN_COUNT } from "../../src/store/deploy-questions.ts";
import { freePorts } from "../support/ports.ts";

const root = new URL("../..", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "selvage-newcomer-"));
const children: ChildProcess[] = [];
const started = performance.now();
let commands = 0;

/** As npm would call it for somebody who has only this folder. */
const env = (): NodeJS.ProcessEnv => {
  const kept = Object.entries(process.env).filter(([name]) => !/^(SELVAGE_|npm_|VITEST)/.test(name));
  return {
    ...Object.fromEntries(kept),
    PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ""}`,
    HOME: folder,
    NO_COLOR: "1",
    SELVAGE_WITH_PARENT: "true",
  };
};
const selvage = join(folder, "node_modules", "selvage", "dist", "cli", "main.js");

/**
 * Packs, and lays the package with its dependencies into the empty folder: what `npm install` does, without a registry.
 */
beforeAll(() => {
  const packed = spawnSync("npm", ["pack", "--silent", "--pack-destination", folder], {
    cwd: root,
    encoding: "utf8",
    env: env(),
  });
  expect(packed.status, packed.stderr).toBe(0);
  const tarball = packed.stdout.trim().split("\n").at(-1) ?? "";
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "selvage"), { recursive: true });
  const unpacked = spawnSync("tar", [
    "xzf",
    join(folder, tarball),
    "--strip-components=1",
    "-C",
    join(modules, "selvage"),
  ]);
  expect(unpacked.status, String(unpacked.stderr)).toBe(0);
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (!name.startsWith(".")) {
      symlinkSync(join(root, "node_modules", name), join(modules, name));
    }
  }
}, 120_000);
afterAll(async () => {
  for (const child of children.toReversed()) {
    if (child.exitCode !== null || child.signalCode !== null) {
      continue;
    }
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

/** Something that stays in the foreground: answers the address that it says it is ready at. */
async function runs(...args: string[]): Promise<string> {
  commands += 1;
  const child = spawn(process.execPath, [selvage, ...args], {
    cwd: folder,
    env: env(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), "line"),
    once(child, "exit").then(() => [said]),
  ]);
  const url = /^ready (http:\S+)$/.exec(String(line))?.[1];
  expect(url, said).toBeDefined();
  return url ?? "";
}

it("holds what it needs to run, and no trace of how it is made", () => {
  const names = readdirSync(join(folder, "node_modules", "selvage"));
  expect(names.toSorted()).toEqual(
    ["CHANGELOG.md", "LICENSE", "README.md", "dist", "examples", "migrations", "package.json", "wrangler.toml"].filter(
      (name) => names.includes(name),
    ),
  );
  expect(names).toEqual(expect.arrayContaining(["dist", "examples", "migrations", "package.json"]));
  const version = spawnSync(process.execPath, [selvage, "--version"], { cwd: folder, env: env(), encoding: "utf8" });
  expect([version.status, version.stdout.trim()]).toEqual([0, "0.1.0"]);
});

it("writes a folder that wrangler deploys as it stands, and whose documents are taken as they stand", async () => {
  const made = spawnSync(process.execPath, [selvage, "init", "my-mesh"], { cwd: folder, env: env(), encoding: "utf8" });
  expect(made.status, made.stderr).toBe(0);
  const mine = join(folder, "my-mesh");
  const quiet = { WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false" };
  const here = { cwd: mine, encoding: "utf8", env: { ...env(), ...quiet } } as const;
  const wrangler = (...args: string[]) => spawnSync(join(root, "node_modules", ".bin", "wrangler"), args, here);
  const bundled = (environment: string): number => {
    const outdir = join(folder, "bundle");
    const dry = wrangler("deploy", "--dry-run", "--outdir", outdir, `--env=${environment}`);
    expect(dry.status, dry.stderr).toBe(0);
    expect(dry.stdout).toMatch(/env\.DB \(my-mesh\) +D1 Database/);
    expect(dry.stdout).toMatch(/env\.ASSETS +Assets/);
    expect(dry.stdout).toMatch(/env\.MESH \(Mesh/);
    expect(dry.stderr).not.toContain("WARNING");
    return statSync(join(outdir, "index.js")).size;
  };
  const whole = bundled("");
  expect(bundled("control")).toBeGreaterThan(0.9 * whole);
  const apart = readFileSync(join(mine, "wrangler.toml"), "utf8");
  writeFileSync(join(mine, "wrangler.toml"), withControl(apart) ?? "");
  // The data Worker of two leaves out what the other one has, also as the package has it.
  expect(bundled("")).toBeLessThan(0.5 * whole);
  writeFileSync(join(mine, "wrangler.toml"), apart);

  const deploy = (more: NodeJS.ProcessEnv) =>
    spawnSync(process.execPath, [selvage, "deploy", "--dry-run"], { ...here, env: { ...here.env, ...more } });
  const rehearsed = deploy({});
  expect(rehearsed.status, rehearsed.stderr).toBe(0);
  expect(rehearsed.stdout.split("\n")).toContain("wrangler d1 migrations apply my-mesh --remote");
  expect(rehearsed.stderr).toMatch(/^ {2}Total Upload: /m);
  expect(readFileSync(join(mine, "wrangler.toml"), "utf8")).toBe(apart);
  renameSync(join(folder, "node_modules", "wrangler"), join(folder, "no-wrangler"));
  const lacking = deploy({ PATH: dirname(process.execPath) });
  expect([lacking.status, lacking.stderr]).toEqual([4, expect.stringContaining("npm install --save-dev wrangler")]);
  renameSync(join(folder, "no-wrangler"), join(folder, "node_modules", "wrangler"));

  // Here in place of `--remote`: the same folder of migrations, and the same answers about tables and operators.
  const asked = (sql: string) => {
    const answer = wrangler("d1", "execute", "my-mesh", "--local", "--json", "--command", sql);
    expect(answer.status, answer.stderr).toBe(0);
    return { code: 0, ...answer, records: [] };
  };
  expect(tablesIn(asked(TABLE_COUNT))).toBe("nobody's");
  asked("CREATE TABLE theirs (id INTEGER)");
  expect(tablesIn(asked(TABLE_COUNT))).toBe("somebody's");
  const tables = wrangler("d1", "migrations", "apply", "my-mesh", "--local");
  expect(tables.status, tables.stderr).toBe(0);
  expect([tablesIn(asked(TABLE_COUNT)), tokensIn(asked(TOKEN_COUNT))]).toEqual(["the mesh's", 0]);

  const mesh = await runs("up", "--port", String(await freePorts(1)), "--log", "none", "--data", ".first");
  const valid = spawnSync(process.execPath, [selvage, "validate", "--strict", "-f", join(mine, "mesh")], {
    cwd: folder,
    env: { ...env(), SELVAGE_URL: mesh, SELVAGE_DATA: ".first" },
    encoding: "utf8",
  });
  expect(valid.status, valid.stderr + valid.stdout).toBe(0);
  commands = 0;
}, 120_000);

it("brings an own service with a canary, a token and a limit in five commands", async () => {
  const mesh = await runs("up", "--port", String(await freePorts(1)), "--log", "none");
  const [one, two] = await Promise.all([
    runs("echo", "--name", "hello", "--version", "v1", "--port", "0", "--quiet"),
    runs("echo", "--name", "hello", "--version", "v2", "--port", "0", "--quiet"),
  ]);
  const issuer = await runs("dev-issuer", "--port", "0");
  writeFileSync(
    join(folder, "hello.yaml"),
    `apiVersion: selvage.dev/v1
kind: Service
metadata: { name: hello }
spec:
  exposure: public
  endpoints: [{ url: "${one}", version: v1 }, { url: "${two}", version: v2 }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: hello-canary }
spec:
  parentRefs: [{ kind: Service, group: selvage.dev, name: hello }]
  rules:
    - backendRefs:
        - { kind: Service, group: selvage.dev, name: hello, version: v1, weight: 70 }
        - { kind: Service, group: selvage.dev, name: hello, version: v2, weight: 30 }
---
apiVersion: selvage.dev/v1
kind: AuthenticationPolicy
metadata: { name: people }
spec:
  targetRefs: [{ kind: Service, name: hello }]
  jwt:
    providers:
      - { name: dev, issuer: "${issuer}", audiences: [hello], jwksUri: "${issuer}/jwks.json", algorithms: [ES256] }
---
apiVersion: selvage.dev/v1
kind: RateLimitPolicy
metadata: { name: hello }
spec:
  targetRefs: [{ kind: Service, name: hello }]
  limits: [{ name: hourly, requests: 40, window: 1h, key: ["claim:sub"], mode: strict }]
`,
  );
  commands += 1;
  const applied = spawnSync(process.execPath, [selvage, "apply", "--wait", "-f", "hello.yaml"], {
    cwd: folder,
    env: { ...env(), SELVAGE_URL: mesh },
    encoding: "utf8",
  });
  expect(applied.status, applied.stderr).toBe(0);

  const token = (await (await fetch(`${issuer}/token?sub=mia&aud=hello`)).text()).trim();
  const call = (bearer: string | null): Promise<Response> =>
    fetch(`${mesh}/svc/hello/`, { headers: bearer === null ? {} : { authorization: `Bearer ${bearer}` } });
  expect((await call(null)).status).toBe(401);
  const other = (await (await fetch(`${issuer}/token?sub=mia&aud=other`)).text()).trim();
  expect((await call(other)).status).toBe(401);
  const answers: (readonly [status: number, by: string | null])[] = [];
  for (let n = 0; n < 41; n += 1) {
    const answer = await call(token);
    answers.push([answer.status, answer.headers.get("x-served-by")]);
    await answer.body?.cancel();
  }
  expect(answers.filter(([status]) => status === 200)).toHaveLength(40);
  expect(answers.at(-1)?.[0]).toBe(429);
  expect(new Set(answers.map(([, by]) => by).filter((by) => by !== null))).toEqual(new Set(["hello v1", "hello v2"]));
  expect(commands).toBeLessThanOrEqual(6);
  expect(performance.now() - started).toBeLessThan(300_000);
});
