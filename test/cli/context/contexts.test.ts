// Contexts: one file of the user's own, and which mesh a command then talks to.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { contextOf, readContexts } from "../../../src/cli/session/contexts.ts";
import { runCommand } from "../../../src/cli/run-command.ts";
import { connection } from "../../../src/cli/session/connection.ts";
import { recordingTerminal } from "../../support/recording-terminal.ts";

let folder: string;
let before: string | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "selvage-contexts-"));
  before = process.env.SELVAGE_CONFIG;
  process.env.SELVAGE_CONFIG = join(folder, "deep", "contexts.json");
});
afterEach(() => {
  if (before === undefined) {
    delete process.env.SELVAGE_CONFIG;
  } else {
    process.env.SELVAGE_CONFIG = before;
  }
  rmSync(folder, { recursive: true });
});

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const terminal = recordingTerminal();
  const code = await runCommand(["context", ...args], terminal);
  return { code, stdout: terminal.stdout(), stderr: terminal.stderr() };
}

describe("contexts", () => {
  it("are kept in a file that only their owner reads; the first one is in use", async () => {
    const token = join(folder, "token");
    writeFileSync(token, "slv_secret\n");
    const added = await run("add", "prod", "--server", "mesh.example.com", "--token-file", token, "-n", "shop");
    expect(added).toMatchObject({ code: 0, stdout: 'context "prod" added, and in use' });
    expect(statSync(process.env.SELVAGE_CONFIG ?? "").mode & 0o777).toBe(0o600);
    await run("add", "stage", "--server", "https://stage.example.com");
    const listed = await run("list");
    expect(listed.stdout).toMatch(
      /\* +prod +mesh\.example\.com +shop +yes\n- +stage +https:\/\/stage\.example\.com +- +no/,
    );
    expect(listed.stdout).not.toContain("slv_secret");
  });

  it("are used by name, and forgotten", async () => {
    await run("add", "a", "--server", "a.example");
    await run("add", "b", "--server", "b.example");
    expect(await run("use", "b")).toMatchObject({ code: 0 });
    expect(contextOf(undefined, process.env)).toMatchObject({ server: "b.example" });
    expect(contextOf("a", process.env)).toMatchObject({ server: "a.example" });
    expect(contextOf("none", process.env)).toBe("unknown");
    expect(await run("use", "none")).toMatchObject({ code: 4 });
    await run("rm", "b");
    expect(readContexts(process.env)).toMatchObject({ current: null, contexts: { a: {} } });
    expect((await run("add", "c")).code).toBe(2);
  });

  it("in a file that cannot be read are never written over", async () => {
    await run("add", "prod", "--server", "mesh.example.com");
    const file = process.env.SELVAGE_CONFIG ?? "";
    writeFileSync(file, '{"current": "prod", "contexts": {');
    const added = await run("add", "stage", "--server", "https://stage.example.com");
    expect(added).toMatchObject({ code: 2, stderr: expect.stringContaining("cannot be read as contexts") });
    expect(readFileSync(file, "utf8")).toBe('{"current": "prod", "contexts": {');
  });

  it("a context's token goes to its own mesh only", () => {
    const context = { server: "mesh.example.com", token: "slv_secret" };
    expect(connection({}, {}, context)).toEqual({ server: "https://mesh.example.com", token: "slv_secret" });
    expect(connection({ server: "other.example.com" }, {}, context)).toEqual({
      server: "https://other.example.com",
      token: null,
    });
    expect(connection({}, { SELVAGE_URL: "https://x.example", SELVAGE_TOKEN: "t" }, context)).toEqual({
      server: "https://x.example",
      token: "t",
    });
  });
});
