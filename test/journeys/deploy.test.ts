// `selvage deploy` from an empty account to a mesh that answers, with a stand-in for wrangler that answers as the real
// one does; and again, after each step that failed, and as an upgrade.
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TABLE_COUNT, TOKEN_COUNT } from "../../src/store/deploy-questions.ts";
import { account, called, deploy, home, ID, lastWords, run, set, state, toml } from "../support/journeys/account.ts";
import { command, startMesh } from "../support/mesh.ts";

const ZERO = "00000000-0000-0000-0000-000000000000";

const ALL = [
  "whoami --json",
  "d1 list --json",
  "d1 create shop",
  "d1 list --json",
  `d1 execute shop --remote --json --command ${TABLE_COUNT}`,
  "secret list --env=",
  "d1 migrations apply shop --remote",
  "deploy --env=",
  "secret list --env=",
  `d1 execute shop --remote --json --command ${TOKEN_COUNT}`,
  "secret put SELVAGE_ADMIN_TOKEN --env=",
];

describe("selvage deploy", () => {
  it("makes database, tables, Worker, first operator and context, and prints the address alone", async () => {
    account.early = 1;
    const before = toml();
    const done = await deploy();
    expect(done.stderr).toContain("account Mia's (a1)");
    expect([done.code, done.stdout]).toEqual([0, `deployed ${account.url}\n`]);
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
    expect(account.asked).toEqual(["/_selvage/readyz", "/_selvage/readyz", "/_selvage/v1/whoami"]);
    expect(JSON.parse(readFileSync(join(account.folder, "contexts.json"), "utf8"))).toEqual({
      current: "shop",
      contexts: { shop: { server: account.url, token, namespace: null } },
    });
  });

  it("is the same command for an upgrade, and makes nothing twice", async () => {
    await deploy();
    const [text, token] = [toml(), readFileSync(join(home(), "shop.token"), "utf8")];
    set({ calls: [] });
    const again = await deploy();
    expect([again.code, again.stdout]).toEqual([0, `deployed ${account.url}\n`]);
    expect(called()).toEqual(["whoami --json", ALL[4], ...ALL.slice(6, 9)]);
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
    expect([done.code, done.stdout]).toEqual([0, `deployed ${account.url}\n`]);
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

  it("needs no word about who deploys where a token and its account are given, as in CI", async () => {
    set({ failsAt: "whoami" });
    account.environment = { CLOUDFLARE_API_TOKEN: "cf", CLOUDFLARE_ACCOUNT_ID: "a1" };
    expect(await deploy()).toMatchObject({ code: 0, stderr: expect.stringContaining("a token, account a1\n") });
    account.environment = { CLOUDFLARE_API_TOKEN: "cf" };
    expect(await deploy()).toMatchObject({ code: 8 });
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
        SELVAGE_CONFIG: join(account.folder, "contexts.json"),
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
