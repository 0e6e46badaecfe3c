// An account at Cloudflare as `selvage deploy` sees it: a stand-in for wrangler on PATH, and a mesh that answers where
// that says that it deployed to. A folder of its own for each test.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { command, type CommandResult } from "../mesh.ts";
import type { Pretended } from "./pretend-wrangler.ts";

const program = new URL("./pretend-wrangler.ts", import.meta.url).pathname;

/** Of the first database that is made. */
export const ID = "0b0c7a4e-7c11-4b7e-9a39-111111111111";

export const account = {
  folder: "",
  /** Where the mesh answers. */
  url: "",
  /** What it was asked. */
  asked: [] as string[],
  /** So many questions come too early for it. */
  early: 0,
  /** What the environment says beside. */
  environment: {} as Record<string, string>,
};

/** What was deployed: knows the token that is its secret. */
let server: Server;
beforeAll(async () => {
  server = createServer((request, answer) => {
    account.asked.push(request.url ?? "");
    const isOperator = request.headers.authorization === `Bearer ${state().workers.shop?.SELVAGE_ADMIN_TOKEN}`;
    answer.statusCode =
      request.url === "/_selvage/readyz" ? (account.asked.length <= account.early ? 503 : 200) : isOperator ? 200 : 401;
    answer.end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  account.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

export const home = (): string => join(account.folder, "shop");
export const toml = (): string => readFileSync(join(home(), "wrangler.toml"), "utf8");
export const state = (): Pretended => JSON.parse(readFileSync(join(account.folder, "state.json"), "utf8")) as Pretended;
export const set = (change: Partial<Pretended>): void =>
  writeFileSync(join(account.folder, "state.json"), JSON.stringify({ ...state(), ...change }));
export const called = (): string[] => state().calls.map(({ args }) => args.join(" "));
export const lastWords = (result: CommandResult): string[] => result.stderr.trimEnd().split("\n");

export const run = (...args: string[]): Promise<CommandResult> =>
  command(args, {
    ...account.environment,
    PATH: `${join(account.folder, "bin")}:${dirname(process.execPath)}:/usr/bin:/bin`,
    PRETEND: join(account.folder, "state.json"),
    SELVAGE_CONFIG: join(account.folder, "contexts.json"),
    SELVAGE_TOKEN: "nobody-elses-business",
  });
export const deploy = (...args: string[]): Promise<CommandResult> => run("deploy", home(), "--timeout", "20", ...args);

beforeEach(async () => {
  account.folder = mkdtempSync(join(tmpdir(), "selvage-deploy-"));
  account.asked = [];
  account.early = 0;
  account.environment = {};
  mkdirSync(join(account.folder, "bin"));
  writeFileSync(join(account.folder, "bin", "wrangler"), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`);
  chmodSync(join(account.folder, "bin", "wrangler"), 0o755);
  const empty: Pretended = {
    loggedIn: true,
    accounts: [{ id: "a1", name: "Mia's" }],
    databases: [],
    migrated: false,
    others: 0,
    tokens: 0,
    workers: {},
    targets: [account.url, "schedule: * * * * *"],
    failsAt: null,
    calls: [],
  };
  writeFileSync(join(account.folder, "state.json"), JSON.stringify(empty));
  const made = await run("init", home());
  expect(made.code, made.stderr).toBe(0);
});
afterEach(() => rmSync(account.folder, { recursive: true, force: true }));
