// What `wrangler deploy` would upload: small enough, and in two halves, of which traffic evaluates only the first.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { startUpstream } from "../../bench/load/children.ts";
import { meshDocuments } from "../../bench/mesh.ts";
import { apply, migrate, serve, VARIABLES, type Layout } from "../../bench/product.ts";

const root = new URL("../..", import.meta.url).pathname;
const dir = mkdtempSync(join(tmpdir(), "selvage-deployable-"));
const MAX_GZIP_KIB = 560;
const MAX_TRAFFIC_GZIP_KIB = 175;
/** What only the control plane needs. */
const library = /node_modules\/(zod|hono|@hono|@asteasolutions|openapi3-ts|yaml|@modelcontextprotocol)\//;

/** What `wrangler deploy` makes of the Worker. */
function dryRun(...options: readonly string[]): string {
  // The dashboard's files are not what is measured here.
  const assets = join(dir, "assets");
  mkdirSync(assets, { recursive: true });
  const { status, stderr } = spawnSync(
    "wrangler",
    ["deploy", "--dry-run", "--outdir", join(dir, "dist"), "--assets", assets, ...options],
    {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false" },
    },
  );
  expect(status, stderr).toBe(0);
  return readFileSync(join(dir, "dist", "index.js"), "utf8");
}

// The names of modules are only told without minification; what is evaluated when is the same.
const plain = dryRun("--no-minify");
/** Of a data Worker beside a control plane, as wrangler.toml has it under "Two Workers". */
const APART = ["--define", "CONTROL_ELSEWHERE:true"];
const traffic = dryRun("--no-minify", ...APART);

afterAll(() => rmSync(dir, { recursive: true, force: true }));

it.each([
  { what: "the Worker", most: MAX_GZIP_KIB, options: [] },
  { what: "a data Worker beside a control plane", most: MAX_TRAFFIC_GZIP_KIB, options: APART },
])("$what is at most $most KiB, compressed", ({ what, most, options }) => {
  const code = dryRun(...options);
  const kib = gzipSync(code).length / 1024;
  console.log(`${what} is ${Math.round(code.length / 1024)} KiB, ${kib.toFixed(1)} KiB compressed`);
  expect(kib).toBeLessThanOrEqual(most);
});

it("has no library of the control plane in a data Worker beside one", () => {
  const modules = (code: string): string[] => [...code.matchAll(/^\/\/ (\S+\.(?:ts|js|mjs|cjs))$/gm)].map(String);
  expect(modules(plain).filter((module) => library.test(module)).length).toBeGreaterThan(100);
  expect(modules(traffic).filter((module) => library.test(module))).toEqual([]);
});

it("walks imagined requests while it starts, where nothing may be asked and no time passes", async () => {
  const told = plain.replace(
    /^void rehearse\(\);$/m,
    "let __told = null; void rehearse().then((it) => (__told = it));",
  );
  expect(told).not.toBe(plain);
  const code = `${told}\nexport const bench = { fetch: () => Response.json(__told) };`;
  const started = await serve(join(dir, "rehearsal"), code);
  try {
    const answer = await fetch(`http://127.0.0.1:${started.ports["product/bench"]}/`);
    expect(await answer.json()).toEqual([200, 200, 200]);
  } finally {
    await started.stop();
  }
});

describe.each<{ layout: Layout; code: string; what: string; evaluates: boolean }>([
  { layout: "together", code: plain, what: "evaluates it when the admin API is called", evaluates: true },
  { layout: "apart", code: plain, what: "never does where the control plane is a Worker of its own", evaluates: false },
  { layout: "apart", code: traffic, what: "has none to evaluate where it was built without", evaluates: false },
])("$layout", ({ layout, code, what, evaluates }) => {
  it(`serves traffic without evaluating a library of the control plane, and ${what}`, async () => {
    const folder = mkdtempSync(join(dir, layout));
    const upstream = await startUpstream();
    // Without a word about where callers are: the runtime tells the address of whoever connects.
    const { LOCAL_CLIENT_ADDRESS: _, ...vars } = VARIABLES;
    // A first process writes the mesh, so that the admin API has run in another isolate than the one that is watched.
    const unwatched = "export const bench = { fetch: () => new Response() };";
    const writer = await serve(folder, `${code}\n${unwatched}`, layout, { vars, control: plain });
    try {
      await migrate(writer);
      await apply(writer.ports["product/default"] ?? 0, meshDocuments({ services: 1, routes: 1 }, upstream.port));
    } finally {
      await writer.stop();
    }

    const watched = await serve(folder, watch(code), layout, { vars, control: watch(plain) });
    const call = (path: string, headers = {}): Promise<Response> =>
      fetch(`http://127.0.0.1:${watched.ports["product/default"]}${path}`, { headers });
    const evaluated = async (): Promise<string[]> =>
      (await (await fetch(`http://127.0.0.1:${watched.ports["product/bench"]}/`)).json()) as string[];
    try {
      const answer = await call("/svc/service-0.bench/orders/17");
      expect(await answer.json()).toMatchObject({ ok: true });
      expect(answer.status).toBe(200);
      expect((await call("/_selvage/readyz")).status).toBe(200);
      expect((await evaluated()).filter((module) => library.test(module))).toEqual([]);

      expect((await call("/_selvage/v1/revisions")).status).toBe(401);
      expect((await evaluated()).some((module) => module.includes("node_modules/zod/"))).toBe(evaluates);
      // Where a call came from is known there as it is here.
      const audit = await call("/_selvage/v1/audit", { authorization: "Bearer bench-admin-token" });
      expect(audit.status).toBe(200);
      expect(await audit.json()).toMatchObject({ items: [{ action: "apply", ip: "127.0.0.1" }] });
    } finally {
      await Promise.all([watched.stop(), upstream.stop()]);
    }
  });
});

/**
 * The bundle with a list of the modules that have been evaluated. esbuild writes each module's path before its code,
 * and wraps what only an `import()` reaches into `__esm({ "path"() {…} })` or `__commonJS`; the rest runs when the
 * Worker loads.
 */
function watch(bundled: string): string {
  const lazy = /^( *(?:async )?"([^"\n]+)"\([^)]*\) \{)$/gm;
  const wrapped = new Set([...bundled.matchAll(lazy)].map((match) => match[2]));
  const all = [...bundled.matchAll(/^\/\/ (\S+\.(?:ts|tsx|js|mjs|cjs))$/gm)].map((match) => match[1]);
  const eager = all.filter((path) => !wrapped.has(path));
  expect(eager.some((path) => path?.endsWith("src/proxy/pipeline.ts"))).toBe(true);
  expect(wrapped.size).toBeGreaterThan(1);
  return [
    `const __evaluated = ${JSON.stringify(eager)};`,
    bundled.replace(lazy, '$1 __evaluated.push("$2");'),
    "export const bench = { fetch: () => Response.json(__evaluated) };",
  ].join("\n");
}
