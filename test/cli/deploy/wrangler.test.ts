// Where wrangler is found, and how it is run.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { delimiter, join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { keepToken, keptToken } from "../../../src/cli/deploy/operator-token.ts";
import { isRunning } from "../../support/is-running.ts";
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

  it("passes over a folder of that name and a file that cannot be run, as a shell does", () => {
    mkdirSync(join(folder, "bin", "wrangler"), { recursive: true });
    expect(find()).toBeNull();
    rmSync(join(folder, "bin", "wrangler"), { recursive: true });
    chmodSync(write("bin/wrangler", ""), 0o644);
    expect(find()).toBeNull();
  });

  it("answers a whole path, since it is run in another folder", () => {
    const program = write("bin/wrangler", "");
    expect(findWrangler(folder, folder, relative(process.cwd(), join(folder, "bin")))).toEqual([program]);
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

  it("keeps from it what this command alone is told, and what would make it mean another part of the file", async () => {
    vi.stubEnv("CLOUDFLARE_ENV", "staging");
    vi.stubEnv("SELVAGE_TOKEN", "s3cret");
    const ran = await wranglerIn(folder, [process.execPath]).run(["-p", "JSON.stringify(process.env)"]);
    vi.unstubAllEnvs();
    expect(ran.stdout).toContain("WRANGLER_OUTPUT_FILE_PATH");
    expect(ran.stdout).not.toMatch(/CLOUDFLARE_ENV|SELVAGE_TOKEN/);
  });

  it("ends one that does not end by itself, and what it started with its output in hand", async () => {
    const script = write(
      "wrangler.mjs",
      `import { spawn } from "node:child_process";
       process.on("SIGTERM", () => undefined);
       const other = spawn(process.execPath, ["-e", "setTimeout(() => undefined, 20_000)"], { stdio: "inherit" });
       console.log(other.pid);
       setTimeout(() => undefined, 20_000);`,
    );
    const ran = await wranglerIn(folder, [process.execPath, script], 1_200).run(["deploy"]);
    expect(ran).toMatchObject({ code: -1, stderr: expect.stringContaining("did not end within 0.02 minutes") });
    process.kill(Number(ran.stdout), "SIGKILL");
  });

  it("takes it along when somebody ends the command", async () => {
    const script = write(
      "wrangler.mjs",
      `process.stderr.write(String(process.pid)); setTimeout(() => undefined, 20_000);
       (await import("node:fs")).writeFileSync("pid", String(process.pid));`,
    );
    const source = new URL("../../../src/cli/deploy/wrangler.ts", import.meta.url).href;
    const code = `const { wranglerIn } = await import("${source}");
      setInterval(() => (process.getBuiltinModule("fs").existsSync("pid") ? process.stdout.write("runs") : 0), 50);
      await wranglerIn(process.cwd(), [process.execPath, ${JSON.stringify(script)}]).run([]);`;
    const env = { ...process.env, TMPDIR: join(folder, "tmp") };
    mkdirSync(env.TMPDIR);
    const command = spawn(process.execPath, ["--input-type=module", "-e", code], { cwd: folder, env });
    await once(command.stdout, "data");
    const wrangler = Number(readFileSync(join(folder, "pid"), "utf8"));
    expect(isRunning(wrangler)).toBe(true);
    command.kill("SIGTERM");
    const [, signal] = (await once(command, "exit")) as [number | null, string | null];
    expect([signal, readdirSync(env.TMPDIR)]).toEqual(["SIGTERM", []]);
    await expect.poll(() => isRunning(wrangler)).toBe(false);
  });

  it("tells of a program that cannot be run", async () => {
    const ran = await wranglerIn(folder, [join(folder, "nothing")]).run(["deploy"]);
    expect(ran).toMatchObject({ code: -1, stderr: expect.stringContaining("ENOENT"), records: [] });
  });
});

describe("keepToken", () => {
  it("makes one once", () => {
    const file = join(folder, "shop.token");
    expect(keptToken(file)).toBeNull();
    const made = keepToken(file);
    expect([keepToken(file), keptToken(file), readFileSync(file, "utf8")]).toEqual([made, made, `${made}\n`]);
  });

  it("takes none that may be somebody else's, or is none", () => {
    const file = join(folder, "shop.token");
    writeFileSync(file, "\n");
    expect(() => keepToken(file)).toThrow("has no token in it: move it away");
    rmSync(file);
    write("planted", `slv_${"a".repeat(48)}\n`);
    symlinkSync(join(folder, "planted"), file);
    expect(() => keepToken(file)).toThrow("is no file of yours");
    rmSync(join(folder, "planted"));
    expect(() => keepToken(file)).toThrow("is no file of yours");
    expect(existsSync(join(folder, "planted"))).toBe(false);
  });

  it("closes a file that others can read", () => {
    const file = write("shop.token", `slv_${"a".repeat(48)}\n`);
    expect([keepToken(file), statSync(file).mode & 0o777]).toEqual([`slv_${"a".repeat(48)}`, 0o600]);
  });
});
