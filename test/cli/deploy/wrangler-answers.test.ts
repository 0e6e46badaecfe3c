// wrangler's answers as it writes them (4.155), and as nobody should.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type MeshConfig, readMeshConfig } from "../../../src/cli/deploy/mesh-config.ts";
import {
  addressOf,
  databaseIdIn,
  existsAlready,
  isNoWorker,
  isTooOld,
  type Ran,
  secretsIn,
  tablesIn,
  tokensIn,
  wantsLogin,
  whoamiIn,
  wordsOf,
} from "../../../src/cli/deploy/wrangler-answers.ts";

const ran = (stdout: string, stderr = "", records: readonly unknown[] = []): Ran => ({
  code: 0,
  stdout,
  stderr,
  records,
});
const ID = "0b0c7a4e-7c11-4b7e-9a39-111111111111";
const NONSENSE = ["", "[", "null", "hello", '{"a": 1}', '[{"name": 1}]', "[[]]"];

describe("JSON", () => {
  it("tells who is logged in", () => {
    expect(whoamiIn(ran('\n{"loggedIn":false}\n'))).toEqual({ is: "nobody" });
    const accounts = [{ id: "a1", name: "Mia's" }];
    const told = { loggedIn: true, authType: "OAuth Token", email: "mia@example.com", accounts, tokenPermissions: [] };
    expect(whoamiIn(ran(JSON.stringify(told)))).toEqual({ is: "somebody", email: "mia@example.com", accounts });
    expect(whoamiIn(ran('{"loggedIn":true,"authType":"Account API Token","accounts":[]}'))).toEqual({
      is: "somebody",
      email: null,
      accounts: [],
    });
  });

  it("finds a database by its whole name, whatever is said before", () => {
    const list = [
      { uuid: "other", name: "shop-2", created_at: "2026", version: "production" },
      { uuid: ID, name: "shop", created_at: "2026", version: "production" },
    ];
    const answer = ran(`▲ [WARNING] something\n\n${JSON.stringify(list, null, 2)}\n`);
    expect([databaseIdIn(answer, "shop"), databaseIdIn(answer, "sho"), databaseIdIn(ran("[]"), "shop")]).toEqual([
      ID,
      null,
      null,
    ]);
  });

  it("takes no id that could be anything else", () => {
    expect(databaseIdIn(ran(JSON.stringify([{ uuid: 'x"\n[vars]', name: "shop" }])), "shop")).toBeUndefined();
  });

  it("counts tokens and lists secrets", () => {
    const answer = [{ results: [{ tokens: 2 }], success: true, meta: { duration: 0.2 } }];
    expect(tokensIn(ran(JSON.stringify(answer, null, 2)))).toBe(2);
    const rows = (tables: number, own: number): Ran => ran(JSON.stringify([{ results: [{ tables, own }] }]));
    expect([rows(0, 0), rows(13, 1), rows(2, 0)].map(tablesIn)).toEqual(["nobody's", "the mesh's", "somebody's"]);
    expect(secretsIn(ran('[\n  {\n    "name": "A",\n    "type": "secret_text"\n  }\n]'))).toEqual(["A"]);
  });

  it.each(NONSENSE)("is not understood where it is %j", (text) => {
    expect(whoamiIn(ran(text))).toEqual({ is: "unknown" });
    expect(databaseIdIn(ran(text), "shop")).toBeUndefined();
    expect(secretsIn(ran(text))).toBeUndefined();
    expect([tokensIn(ran(text)), tablesIn(ran(text))]).toEqual([undefined, undefined]);
  });
});

describe("addressOf", () => {
  const read = readMeshConfig(readFileSync(new URL("../../../wrangler.toml", import.meta.url), "utf8"));
  const config = (vars: MeshConfig["vars"] = {}): MeshConfig => {
    if (!read.ok) {
      throw new Error(read.message);
    }
    return { ...read.config, vars };
  };
  const at = (targets: readonly unknown[], vars?: MeshConfig["vars"]): string | null =>
    addressOf(ran("", "", [{ type: "wrangler-session" }, "x", { type: "deploy", version: 1, targets }]), config(vars));

  it.each([
    [["https://shop.mia.workers.dev", "schedule: * * * * *"], "https://shop.mia.workers.dev"],
    [["api.example.com (custom domain)", "https://shop.mia.workers.dev"], "https://shop.mia.workers.dev"],
    [["api.example.com (custom domain - zone name: example.com)"], "https://api.example.com"],
    [["*.example.com/* (zone name: example.com)", "schedule: * * * * *"], null],
    [["https://evil.example.com/path?x=1"], null],
    [[], null],
    [[7], null],
  ])("%j is at %s", (targets, address) => {
    expect(at(targets)).toBe(address);
  });

  it("believes the mesh's own variables first", () => {
    const targets = ["https://shop.mia.workers.dev"];
    expect(at(targets, { MESH_URL: "https://mesh.example.com/" })).toBe("https://mesh.example.com");
    expect(at(targets, { MESH_URL: "https://mesh.example.com", ADMIN_HOST: "admin.example.com" })).toBe(
      "https://admin.example.com",
    );
    expect(at(targets, { MESH_URL: true })).toBe("https://shop.mia.workers.dev");
  });
});

describe("failures", () => {
  const ESC = "\u001B";

  it("are told in its own words, without what a terminal obeys, its banner and where its log is", () => {
    const stdout = "\n ⛅️ wrangler 4.155.0\n───────────\n";
    const stderr = [
      `${ESC}[31m✘ ${ESC}[41;31m[${ESC}[41;97mERROR${ESC}[41;31m]${ESC}[0m ${ESC}[1mA request failed.${ESC}[0m\r`,
      "",
      `  ${ESC}]0;title\u0007back\bspace \u202Eright`,
      `🪵  Logs were written to "/home/mia/.wrangler/x.log"`,
    ].join("\n");
    const words = wordsOf(ran(stdout, stderr));
    expect(words[0]).toBe("✘ [ERROR] A request failed.");
    expect(words).toHaveLength(2);
    // oxlint-disable-next-line no-control-regex -- they are what is looked for
    expect(words.join("")).not.toMatch(/[\0-\x1F\x7F-\x9F\u202E]/);
  });

  it("are cut, however much there is", () => {
    const words = wordsOf(ran("", `${"x".repeat(5_000)}\n`.repeat(5_000)));
    expect(words.length).toBeLessThanOrEqual(25);
    expect(words.join("").length).toBeLessThanOrEqual(25 * 400);
  });

  it("are known by their words where something can be done", () => {
    expect(wantsLogin(ran("", "it's necessary to set a CLOUDFLARE_API_TOKEN environment variable"))).toBe(true);
    expect(wantsLogin(ran("", "Authentication error [code: 10000]"))).toBe(true);
    expect(wantsLogin(ran("", "timeout [code: 100001]"))).toBe(false);
    expect(existsAlready(ran("", "A database with that name already exists"))).toBe(true);
    expect(isTooOld(ran("", "✘ [ERROR] Unknown argument: json"))).toBe(true);
  });
});

// The second is what older ones say.
it.each([
  ['Worker "shop" not found.\n\nIf this is a new Worker, run `wrangler deploy` first', true],
  ["A request to the Cloudflare API failed.\n\n  This Worker does not exist on your account. [code: 10007]", true],
  ["A request to the Cloudflare API failed.\n  Service unavailable [code: 7010]", false],
])("reads from %j whether there is no such Worker", (stderr, isNone) => {
  expect(isNoWorker({ code: 1, stdout: "", stderr, records: [] })).toBe(isNone);
});
