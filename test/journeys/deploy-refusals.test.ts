// What `selvage deploy` neither touches nor guesses: Workers, databases, tokens, files and accounts that may be
// somebody else's.
import { chmodSync, lstatSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { account, called, deploy, home, ID, run, set, state, toml } from "../support/journeys/account.ts";

describe("selvage deploy", () => {
  it("writes over no Worker of that name that is there already", async () => {
    set({ workers: { shop: { THEIRS: "x" } } });
    const done = await deploy();
    expect([done.code, state().migrated, state().workers]).toEqual([5, false, { shop: { THEIRS: "x" } }]);
    expect(done.stderr).toContain("Error: tables: the account has a Worker shop already");
    expect(called().filter((line) => line.startsWith("deploy"))).toEqual([]);
  });

  it("nor over one that has the name of its control plane", async () => {
    set({ workers: { "shop-control": { THEIRS: "x" } } });
    const done = await deploy("--control");
    expect([done.code, state().workers]).toEqual([5, { "shop-control": { THEIRS: "x" } }]);
    expect(done.stderr).toContain("the account has a Worker shop-control already");
  });

  it("says what to do where the mesh's first token is another one by now", async () => {
    await deploy();
    set({ workers: { shop: { SELVAGE_ADMIN_TOKEN: "another" } } });
    const again = await run("deploy", home(), "--timeout", "1");
    expect([again.code, again.stderr]).toEqual([
      3,
      expect.stringContaining("hint: shop.token is not SELVAGE_ADMIN_TOKEN any more: move it away, or npx wrangler "),
    ]);
  });

  it("shows no secret that wrangler repeats", async () => {
    set({ failsAt: "secret put", failsWith: "stdin" });
    const done = await deploy();
    const token = readFileSync(join(home(), "shop.token"), "utf8").trim();
    expect([done.code, done.stderr.includes(token)]).toEqual([8, false]);
    expect(done.stderr).toContain("  ✘ [ERROR] given: …\n");
  });

  it("writes into the wrangler.toml that is linked to, with the rights it has", async () => {
    renameSync(join(home(), "wrangler.toml"), join(account.folder, "kept.toml"));
    symlinkSync(join(account.folder, "kept.toml"), join(home(), "wrangler.toml"));
    chmodSync(join(account.folder, "kept.toml"), 0o640);
    expect(await deploy()).toMatchObject({ code: 0 });
    expect(lstatSync(join(home(), "wrangler.toml")).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(account.folder, "kept.toml"), "utf8")).toContain(ID);
    expect(statSync(join(account.folder, "kept.toml")).mode & 0o777).toBe(0o640);
  });

  it("gives a mesh no token that somebody else laid there, and names the step", async () => {
    writeFileSync(join(account.folder, "planted"), `slv_${"a".repeat(48)}\n`);
    symlinkSync(join(account.folder, "planted"), join(home(), "shop.token"));
    const done = await deploy();
    expect([done.code, state().workers]).toEqual([8, { shop: {} }]);
    expect(done.stderr).toMatch(/\nError: operator: .*shop\.token is no file of yours: .*\nhint: what was done stays /);
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

  it("deploys nothing that wrangler would read elsewhere", async () => {
    writeFileSync(join(home(), "wrangler.jsonc"), "{}");
    const done = await deploy();
    expect([done.code, done.stderr]).toEqual([5, expect.stringContaining("wrangler.jsonc and not wrangler.toml")]);
    expect(called()).toEqual([]);
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
});
