// Whole command lines: what is refused before anything is sent, help, and what happens without a mesh.
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCommand } from "../../src/cli/run-command.ts";
import { CommandBench } from "../support/command-bench.ts";
import { recordingTerminal } from "../support/recording-terminal.ts";

let bench: CommandBench;
beforeEach(() => {
  bench = new CommandBench();
});
afterEach(() => bench.close());

describe("usage", () => {
  it("tells the nearest command for one that does not exist, with exit code 2", async () => {
    const { code, stdout, stderr } = await bench.run("aply");
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("unknown command 'aply'");
    expect(stderr).toContain("Did you mean apply?");
  });

  it.each([
    [["apply"], "required option '-f, --filename <path>' not specified"],
    [["rollback"], "required option '--to <revision>' not specified"],
    [["rollback", "--to", "last"], "It must be a whole number from 0"],
    [["get"], "missing required argument 'kind'"],
    [["get", "svc", "--output", "xml"], "Allowed choices are table, wide, json, yaml, name"],
    [
      ["wait", "svc", "a", "--for=delete", "--timeout=1x"],
      "It must be seconds, at most 3600, or a duration: 30, 30s, 5m",
    ],
    [["wait", "svc", "a", "--for=delete", "--timeout=2h"], "It must be seconds, at most 3600, or a duration"],
    [["up", "--port", "99999"], "It must be a whole number from 0 to 65535"],
    [["up", "--edges", "0"], "It must be a whole number from 1 to 64"],
    [["up", "--var", "novalue"], "It must be NAME=VALUE"],
    [["token", "create", "ci", "--role", "root"], "Allowed choices are viewer, operator, admin"],
    [["history", "x"], "It must be a whole number from 1"],
    [["completion", "tcsh"], "Allowed choices are bash, zsh, fish"],
    [["get", "svc", "--bogus"], "unknown option '--bogus'"],
  ])("refuses %j with exit code 2", async (args, message) => {
    const { code, stdout, stderr } = await bench.run(...args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });

  it("takes a time as kubectl does", async () => {
    await bench.against({});
    const { code, stderr } = await bench.run("get", "servics", "--request-timeout=1m30s");
    expect([code, stderr]).toEqual([2, expect.stringContaining("there is no kind")]);
  });

  it("takes options as kubectl does: -o=yaml, --dry-run=server, a switch with true or false", async () => {
    await bench.against({});
    for (const [written, plain] of [
      [
        ["get", "servics", "-o=json", "-n=shop"],
        ["get", "servics", "-o", "json", "-n", "shop"],
      ],
      [
        ["apply", "-f", "none.yaml", "--dry-run=server"],
        ["apply", "-f", "none.yaml", "--dry-run"],
      ],
      [
        ["apply", "-f", "none.yaml", "--dry-run=none", "--wait=false"],
        ["apply", "-f", "none.yaml"],
      ],
    ] as const) {
      expect(await bench.run(...written)).toEqual(await bench.run(...plain));
    }
    const { code, stderr } = await bench.run("apply", "-f", "none.yaml", "--dry-run=maybe");
    expect([code, stderr]).toEqual([2, expect.stringContaining("--dry-run=maybe")]);
  });

  it("prints help on stdout with exit code 0, and on stderr with 2 when nothing was asked", async () => {
    const asked = await bench.run("--help");
    expect(asked.code).toBe(0);
    expect(asked.stdout).toContain("Usage: selvage");
    const terminal = recordingTerminal();
    expect(await runCommand([], terminal)).toBe(2);
    expect(terminal.stdout()).toBe("");
    expect(terminal.stderr()).toContain("Usage: selvage");
  });

  it("refuses a file that does not exist and a kind that does not exist with exit code 2", async () => {
    await bench.against({});
    expect(await bench.run("apply", "-f", join(bench.folder, "none.yaml"))).toMatchObject({ code: 2, stdout: "" });
    const { code, stderr } = await bench.run("get", "servics");
    expect(code).toBe(2);
    expect(stderr).toMatch(/there is no kind "servics"; did you mean "Service"\?/);
    expect(bench.seen).toEqual([]);
  });
});

describe("without a mesh", () => {
  it.each([[["status"]], [["get", "svc"]], [["history"]], [["token", "ls"]]])(
    "%j ends with 8 and says what to do",
    async (args) => {
      const terminal = recordingTerminal();
      const code = await runCommand([...args, "--server", "http://127.0.0.1:9"], terminal);
      expect([code, terminal.stdout()]).toEqual([8, ""]);
      expect(terminal.stderr()).toContain("http://127.0.0.1:9 cannot be reached");
      expect(terminal.stderr()).toContain("selvage up");
    },
  );
});
