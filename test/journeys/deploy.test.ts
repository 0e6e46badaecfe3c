// `selvage deploy` from an empty account to a mesh that answers, with a stand-in for wrangler that answers as the real
// one does; and again, after each step that failed, and as an upgrade.
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { TABLE_COUNT, TOKEN_COUNT } from "../../src/store/deploy-questions.ts";
import { command, startMesh, type CommandResult } from "../support/mesh.ts";
import type { Pretended } from "../support/journeys/pretend-wrangler.ts";

const program = new URL("../support/journeys/pretend-wrangler.ts", import.meta.url).pathname;
const ID = "0b0c7a4e-7c11-4b7e-9a39-111111111111";
const ZERO = "00000000-0000-0000-0000-000000000000";

/** What was deployed: knows the token that is its secret. */
let server: Server;
let asked: string[] = [];
/** So many questions come too early for it. */
let early = 0;
let url = "";
beforeAll(async () => {
  server = createServer((request, answer) => {
    asked.push(request.url ?? "");
    const isOperator = request.headers.authorization === `Bearer ${state().workers.shop?.SELVAGE_ADMIN_TOKEN}`;
    answer.statusCode =
      request.url === "/_selvage/readyz" ? (asked.length <= early ? 503 : 200) : isOperator ? 200 : 401;
    answer.end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

let folder = "";
const home = (): string => join(folder, "shop");
const toml = (): string => readFileSync(join(home(), "wrangler.toml"), "utf8");
const state = (): Pretended => JSON.parse(readFileSync(join(folder, "state.json"), "utf8")) as Pretended;
const set = (change: Partial<Pretended>): void =>
  writeFileSync(join(folder, "state.json"), JSON.stringify({ ...state(), ...change }));
const called = (): string[] => state().calls.map(({ args }) => args.join(" "));
const lastWords = (result: CommandResult): string[] => result.stderr.trimEnd().split("\n");

let cloudflare: Record<string, string> = {};
const run = (...args: string[]): Promise<CommandResult> =>
  command(args, {
    ...cloudflare,
    PATH: `${join(folder, "bin")}:${dirname(process.execPath)}:/usr/bin:/bin`,
    PRETEND: join(folder, "state.json"),
    SELVAGE_CONFIG: join(folder, "contexts.json"),
    SELVAGE_TOKEN: "nobody-elses-business",
  });
const deploy = (...args: string[]): Promise<CommandResult> => run("deploy", home(), "--timeout", "20", ...args);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "selvage-deploy-"));
  asked = [];
  early = 0;
  cloudflare = {};
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "bin", "wrangler"), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`);
  chmodSync(join(folder, "bin", "wrangler"), 0o755);
  const empty: Pretended = {
    loggedIn: true,
    accounts: [{ id: "a1", name: "Mia's" }],
    databases: [],
    migrated: false,
    others: 0,
    tokens: 0,
    workers: {},
    targets: [url, "schedule: * * * * *"],
    failsAt: null,
    calls: [],
  };
  writeFileSync(join(folder, "state.json"), JSON.stringify(empty));
  const made = await run("init", home());
  expect(made.code, made.stderr).toBe(0);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ALL = [
  "whoami --json",
  "d1 list --json",
  "d1 create shop",
  "d1 list --json",
  `d1 execute shop --remote --json --command ${TABLE_COUNT}`,
  "d1 migrations apply shop --remote",
  "deploy --env=",
  "secret list --env=",
  `d1 execute shop --remote --json --command ${TOKEN_COUNT}`,
  "secret put SELVAGE_ADMIN_TOKEN --env=",
];

describe("selvage deploy", () => {
  it("makes database, tables, Worker, first operator and context, and prints the address alone", async () => {
    early = 1;
    const before = toml();
    const done = await deploy();
    expect(done.stderr).toContain("account Mia's (a1)");
    expect([done.code, done.stdout]).toEqual([0, `deployed ${url}\n`]);
    expect(called()).toEqual(ALL);
    expect(toml()).toBe(before.replaceAll(ZERO, ID));

    const file = join(home(), "shop.token");
    const token = readFileSync(file, "utf8").trim();
    expect(token).toMatch(/^slv_[0-9a-f]{48}$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(state().workers).toEqual({ shop: { SELVAGE_ADMIN_TOKEN: token } });
    expect(state().calls.filter(({ args }) => args.join(" ").includes(token))).toEqual([]);
    expect(done.stderr + done.stdout).not.toContain(token);
    expect(state().calls.flatMap(({ sees }) => sees)).toEqual([]);
    expect(asked).toEqual(["/_selvage/readyz", "/_selvage/readyz", "/_selvage/v1/whoami"]);
    expect(JSON.parse(readFileSync(join(folder, "contexts.json"), "utf8"))).toEqual({
      current: "shop",
      contexts: { shop: { server: url, token, namespace: null } },
    });
  });

  it("is the same command for an upgrade, and makes nothing twice", async () => {
    await deploy();
    const [text, token] = [toml(), readFileSync(join(home(), "shop.token"), "utf8")];
    set({ calls: [] });
    const again = await deploy();
    expect([again.code, again.stdout]).toEqual([0, `deployed ${url}\n`]);
    expect(called()).toEqual(["whoami --json", ...ALL.slice(4, 8)]);
    expect([toml(), readFileSync(join(home(), "shop.token"), "utf8")]).toEqual([text, token]);
  });

  it("gives no token to a mesh that has operators already", async () => {
    await deploy();
    rmSync(join(home(), "shop.token"));
    set({ tokens: 2, workers: { shop: {} } });
    const again = await deploy();
    expect([again.code, state().workers]).toEqual([0, { shop: {} }]);
    expect(again.stderr).toContain("the mesh has operators");
    expect(() => statSync(join(home(), "shop.token"))).toThrow("ENOENT");
  });

  it("takes a database of that name that is there already", async () => {
    set({ databases: [{ uuid: ID, name: "shop" }] });
    expect((await deploy()).code).toBe(0);
    expect(called()).not.toContain("d1 create shop");
    expect(toml()).toContain(`database_id = "${ID}"`);
  });

  it("puts no tables into a database that is somebody else's", async () => {
    set({ databases: [{ uuid: ID, name: "shop" }], others: 2 });
    const done = await deploy();
    expect([done.code, state().migrated, state().workers]).toEqual([5, false, {}]);
    expect(done.stderr).toContain("Error: tables: the database shop has tables, and none of a mesh\nhint: another ");
    writeFileSync(
      join(home(), "wrangler.toml"),
      toml()
        .replaceAll('database_name = "shop"', 'database_name = "shop-mesh"')
        .replaceAll(/^database_id = .*\n/gm, ""),
    );
    set({ others: 0 });
    expect(await deploy()).toMatchObject({ code: 0 });
    expect(state().databases.map(({ name }) => name)).toEqual(["shop", "shop-mesh"]);
  });

  it.each([
    ["d1 create", "database"],
    ["d1 migrations", "tables"],
    ["deploy", "worker"],
    ["secret put", "operator"],
  ])("names the step when %s fails, in wrangler's words, and goes on from there", async (failsAt, step) => {
    set({ failsAt });
    const stopped = await deploy();
    expect([stopped.code, stopped.stdout]).toEqual([8, ""]);
    const words = lastWords(stopped).slice(-4);
    expect(words[0]).toMatch(new RegExp(`^Error: ${step}: wrangler ${failsAt}.* ended with 1$`));
    expect(words[1]).toMatch(/^ {2}✘ \[ERROR\] A request to the Cloudflare API failed\.$/);
    expect(words[2]).toBe(String.raw`    \u0007Service unavailable [code: 7010]`);
    expect(words[3]).toContain("npx selvage deploy goes on from there");

    set({ failsAt: null });
    const done = await deploy();
    expect([done.code, done.stdout]).toEqual([0, `deployed ${url}\n`]);
    expect(called().filter((line) => line === "d1 create shop").length).toBeLessThanOrEqual(2);
    expect(state().databases).toEqual([{ uuid: ID, name: "shop" }]);
    expect(state().workers.shop?.SELVAGE_ADMIN_TOKEN).toBe(readFileSync(join(home(), "shop.token"), "utf8").trim());
  });

  it("does nothing where nobody is logged in, and says what to do", async () => {
    set({ loggedIn: false });
    const before = toml();
    const done = await deploy();
    expect(done.code).toBe(3);
    expect(lastWords(done).slice(-2)).toEqual([
      "Error: account: nobody is logged in to Cloudflare",
      expect.stringMatching(/^hint: npx wrangler login; or set CLOUDFLARE_API_TOKEN /),
    ]);
    expect([called(), toml()]).toEqual([["whoami --json"], before]);
  });

  it("does not guess among accounts", async () => {
    set({ accounts: [...state().accounts, { id: "b2", name: "Work" }] });
    const done = await deploy();
    expect([done.code, called()]).toEqual([2, ["whoami --json"]]);
    expect(done.stderr).toContain("Mia's (a1), Work (b2)");
    writeFileSync(join(home(), "wrangler.toml"), `account_id = "b2"\n${toml()}`);
    const chosen = await deploy();
    expect([chosen.code, chosen.stderr]).toEqual([0, expect.stringContaining("account Work\n")]);
  });

  it("needs no word about who deploys where a token and its account are given, as in CI", async () => {
    set({ failsAt: "whoami" });
    cloudflare = { CLOUDFLARE_API_TOKEN: "cf", CLOUDFLARE_ACCOUNT_ID: "a1" };
    expect(await deploy()).toMatchObject({ code: 0, stderr: expect.stringContaining("a token, account a1\n") });
    cloudflare = { CLOUDFLARE_API_TOKEN: "cf" };
    expect(await deploy()).toMatchObject({ code: 8 });
  });

  it("deploys nothing that wrangler would read elsewhere", async () => {
    writeFileSync(join(home(), "wrangler.jsonc"), "{}");
    const done = await deploy();
    expect([done.code, done.stderr]).toEqual([5, expect.stringContaining("wrangler.jsonc and not wrangler.toml")]);
    expect(called()).toEqual([]);
  });

  it("writes into the wrangler.toml that is linked to, with the rights it has", async () => {
    renameSync(join(home(), "wrangler.toml"), join(folder, "kept.toml"));
    symlinkSync(join(folder, "kept.toml"), join(home(), "wrangler.toml"));
    chmodSync(join(folder, "kept.toml"), 0o640);
    expect(await deploy()).toMatchObject({ code: 0 });
    expect(lstatSync(join(home(), "wrangler.toml")).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, "kept.toml"), "utf8")).toContain(ID);
    expect(statSync(join(folder, "kept.toml")).mode & 0o777).toBe(0o640);
  });

  it("gives a mesh no token that somebody else laid there, and names the step", async () => {
    writeFileSync(join(folder, "planted"), `slv_${"a".repeat(48)}\n`);
    symlinkSync(join(folder, "planted"), join(home(), "shop.token"));
    const done = await deploy();
    expect([done.code, state().workers]).toEqual([8, { shop: {} }]);
    expect(done.stderr).toMatch(/\nError: operator: .*shop\.token is no file of yours: .*\nhint: what was done stays /);
  });

  it("deploys a control plane of its own, gives it the token, and binds it once it is there", async () => {
    const done = await deploy("--control");
    expect([done.code, done.stderr]).toEqual([0, expect.stringContaining("binding: ")]);
    expect(called().filter((line) => line.startsWith("deploy"))).toEqual([
      "deploy --env=",
      "deploy --env=control",
      "deploy --env=",
    ]);
    expect(toml()).toContain(`[[services]]\nbinding = "CONTROL"\nservice = "shop-control"\n`);
    expect(toml()).toContain(`\n[define]\nCONTROL_ELSEWHERE = "true"\n`);
    const { shop, "shop-control": control } = state().workers;
    expect(control).toEqual(shop);
    set({ calls: [], workers: { shop: { ...shop, STRIPE: "x" }, "shop-control": control ?? {} } });
    const again = await deploy();
    expect(called().filter((line) => line.startsWith("deploy"))).toEqual(["deploy --env=", "deploy --env=control"]);
    expect(again.stderr).toContain("npx wrangler secret put STRIPE --env control");
  });

  it("gives a mesh that can be used at once", async () => {
    const mesh = await startMesh();
    try {
      // As if a run had ended between the token and the secret: this mesh knows it.
      writeFileSync(join(home(), "shop.token"), `${mesh.token}\n`, { mode: 0o600 });
      set({ targets: [mesh.url] });
      expect(await deploy()).toMatchObject({ code: 0, stdout: `deployed ${mesh.url}\n` });
      const applied = await command(["--context", "shop", "apply", "-f", join(home(), "mesh")], {
        SELVAGE_CONFIG: join(folder, "contexts.json"),
      });
      expect([applied.code, applied.stdout]).toEqual([0, expect.stringContaining("httproute/hello created")]);
    } finally {
      await mesh.stop();
    }
  }, 120_000);

  it("gives up waiting for a mesh that does not get ready, and says what it answers", async () => {
    set({ targets: ["http://127.0.0.1:9"] });
    const done = await run("deploy", home(), "--timeout", "1");
    expect(done.code).toBe(8);
    expect(done.stderr).toContain(
      "Error: ready: http://127.0.0.1:9 is not ready: /_selvage/readyz cannot be reached: ",
    );
  });
});
