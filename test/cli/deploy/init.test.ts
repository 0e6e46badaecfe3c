// `selvage init` against folders of this machine: what it writes, and what it leaves alone.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCommand } from "../../../src/cli/run-command.ts";
import { recordingTerminal } from "../../support/recording-terminal.ts";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "selvage-init-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const FILES = [".gitignore", "README.md", "mesh/hello.yaml", "wrangler.toml"];

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const terminal = recordingTerminal();
  const code = await runCommand(["init", ...args], terminal);
  return { code, stdout: terminal.stdout(), stderr: terminal.stderr() };
}

const filesIn = (path: string): string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();

describe("init", () => {
  it("writes a folder named like the mesh, and says what each file is", async () => {
    const { code, stdout, stderr } = await run(join(folder, "shop"));
    expect(code).toBe(0);
    expect(filesIn(join(folder, "shop"))).toEqual(FILES);
    expect(readFileSync(join(folder, "shop", "wrangler.toml"), "utf8")).toMatch(/^name = "shop"$/m);
    expect(readFileSync(join(folder, "shop", ".gitignore"), "utf8").split("\n")).toEqual(
      expect.arrayContaining(["*.token", ".selvage/", ".dev.vars*"]),
    );
    expect(stdout.split("\n").map((line) => /^(\S+) {2,}\S/.exec(line)?.[1])).toEqual([
      "wrangler.toml",
      "mesh/hello.yaml",
      ".gitignore",
      "README.md",
    ]);
    expect(stderr).toContain(`the mesh "shop": npm run -s selvage -- deploy ${join(folder, "shop")}`);
  });

  it("takes another name, and leaves what else is in the folder", async () => {
    writeFileSync(join(folder, "notes.txt"), "mine");
    expect((await run(folder, "--name", "shop")).code).toBe(0);
    expect(filesIn(folder)).toEqual([...FILES, "notes.txt"].toSorted());
    expect(readFileSync(join(folder, "README.md"), "utf8")).toMatch(/^# shop\n/);
  });

  it("writes nothing at all where one file is there already", async () => {
    writeFileSync(join(folder, "README.md"), "mine");
    const { code, stdout, stderr } = await run(folder, "--name", "shop");
    expect([code, stdout]).toEqual([5, ""]);
    expect(stderr).toContain(`Error: ${join(folder, "README.md")} is there already; nothing was written`);
    expect(filesIn(folder)).toEqual(["README.md"]);
    expect(readFileSync(join(folder, "README.md"), "utf8")).toBe("mine");
  });

  it("writes over files with --force, and says over which", async () => {
    writeFileSync(join(folder, "README.md"), "mine");
    const { code, stdout } = await run(folder, "--name", "shop", "--force");
    expect(code).toBe(0);
    expect(stdout.split("\n").filter((line) => line.endsWith("(written over)"))).toEqual([
      expect.stringMatching(/^README\.md /),
    ]);
    expect(filesIn(folder)).toEqual(FILES);
  });

  it("writes through no link and into no file, whatever is forced", async () => {
    writeFileSync(join(folder, "else.toml"), "mine");
    symlinkSync(join(folder, "else.toml"), join(folder, "wrangler.toml"));
    const linked = await run(folder, "--name", "shop", "--force");
    expect([linked.code, linked.stderr]).toEqual([
      5,
      `Error: ${join(folder, "wrangler.toml")} is in the way; nothing was written`,
    ]);
    expect(readFileSync(join(folder, "else.toml"), "utf8")).toBe("mine");
    rmSync(join(folder, "wrangler.toml"));
    writeFileSync(join(folder, "mesh"), "mine");
    expect(await run(folder, "--name", "shop", "--force")).toMatchObject({ code: 5 });
    expect(filesIn(folder)).toEqual(["else.toml", "mesh"]);
  });

  it("writes no mesh where wrangler would read another file", async () => {
    writeFileSync(join(folder, "wrangler.jsonc"), "{}");
    const { code, stderr } = await run(folder, "--name", "shop", "--force");
    expect([code, stderr]).toEqual([5, expect.stringContaining("wrangler.jsonc is what wrangler would read there")]);
    expect(filesIn(folder)).toEqual(["wrangler.jsonc"]);
  });

  it("names paths from where a linked folder really is, since wrangler looks from there", async () => {
    mkdirSync(join(folder, "far", "away"), { recursive: true });
    symlinkSync(join(folder, "far", "away"), join(folder, "near"));
    expect((await run(join(folder, "near", "shop"))).code).toBe(0);
    const toml = readFileSync(join(folder, "near", "shop", "wrangler.toml"), "utf8");
    const main = /^main = "(.*)"$/m.exec(toml)?.[1] ?? "";
    expect(existsSync(join(realpathSync(join(folder, "near", "shop")), main))).toBe(true);
  });

  it("says the command as a shell takes it", async () => {
    const { stderr } = await run(join(folder, "mia's mesh"), "--name", "shop");
    expect(stderr).toContain(`deploy '${folder}/mia'\\''s mesh'`);
  });

  it("says that a file is where a folder would have to be", async () => {
    writeFileSync(join(folder, "file"), "mine");
    const { code, stderr } = await run(join(folder, "file", "shop"));
    expect([code, stderr]).toEqual([8, expect.stringMatching(/ENOTDIR.*; nothing was written$/)]);
    expect(readFileSync(join(folder, "file"), "utf8")).toBe("mine");
  });

  it.skipIf(process.getuid?.() === 0)("leaves nothing half done where it may not write", async () => {
    mkdirSync(join(folder, "mesh"));
    chmodSync(join(folder, "mesh"), 0o500);
    const { code, stderr } = await run(folder, "--name", "shop");
    expect([code, stderr]).toEqual([8, expect.stringContaining("nothing was written")]);
    expect(filesIn(folder)).toEqual([]);
  });

  it("removes what it had begun where a folder cannot be made", async () => {
    const path = join(folder, "x".repeat(300), "shop");
    expect(await run(path)).toMatchObject({ code: 8, stderr: expect.stringContaining("ENAMETOOLONG") });
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(["My Mesh", "-shop", "shop-", "a_b", "x".repeat(55), ""])("refuses the name %j", async (name) => {
    const { code, stderr } = await run(folder, "--name", name);
    expect([code, stderr]).toEqual([2, expect.stringContaining("cannot be the name of a mesh")]);
    expect(filesIn(folder)).toEqual([]);
  });
});
