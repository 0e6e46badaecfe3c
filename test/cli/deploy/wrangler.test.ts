// Where wrangler is found, and how it is run.
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keepToken, keptToken } from "../../../src/cli/deploy/operator-token.ts";
import { findWrangler, wranglerIn } from "../../../src/cli/deploy/wrangler.ts";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "selvage-wrangler-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (path: string, text: string): string => {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), text);
  chmodSync(join(folder, path), 0o755);
  return join(folder, path);
};

describe("findWrangler", () => {
  const find = (): ReturnType<typeof findWrangler> =>
    findWrangler(join(folder, "a", "b"), join(folder, "package"), ["", join(folder, "bin")].join(delimiter));

  it("takes the one beside the mesh, then the one on PATH, then the one beside the command", () => {
    expect(find()).toBeNull();
    const last = write("package/node_modules/wrangler/bin/wrangler.js", "");
    expect(find()).toEqual([process.execPath, last]);
    const second = write("bin/wrangler", "");
    expect(find()).toEqual([second]);
    const first = write("a/node_modules/wrangler/bin/wrangler.js", "");
    expect(find()).toEqual([process.execPath, first]);
  });
});

describe("wranglerIn", () => {
  it("hands over standard input, runs in the folder, and reads what was recorded", async () => {
    const script = write(
      "wrangler.mjs",
      `import { appendFileSync, readFileSync } from "node:fs";
       appendFileSync(process.env.WRANGLER_OUTPUT_FILE_PATH, '{"type":"deploy"}\\nno json\\n');
       console.log(JSON.stringify({ args: process.argv.slice(2), stdin: readFileSync(0, "utf8"), cwd: process.cwd() }));
       console.error("said");
       process.exitCode = 3;`,
    );
    const ran = await wranglerIn(folder, [process.execPath, script]).run(["secret", "put"], "s3cret");
    expect(ran).toMatchObject({ code: 3, stderr: "said\n", records: [{ type: "deploy" }] });
    expect(JSON.parse(ran.stdout)).toMatchObject({ args: ["secret", "put"], stdin: "s3cret" });
  });

  it("tells of a program that cannot be run", async () => {
    const ran = await wranglerIn(folder, [join(folder, "nothing")]).run(["deploy"]);
    expect(ran).toMatchObject({ code: -1, stderr: expect.stringContaining("ENOENT"), records: [] });
  });
});

describe("keepToken", () => {
  it("makes one once, and says whose file is none", () => {
    const file = join(folder, "shop.token");
    expect(keptToken(file)).toBeNull();
    const made = keepToken(file);
    expect([keepToken(file), keptToken(file), readFileSync(file, "utf8")]).toEqual([made, made, `${made}\n`]);
    writeFileSync(file, "\n");
    expect(keptToken(file)).toBeNull();
    expect(() => keepToken(file)).toThrow("EEXIST");
  });
});
