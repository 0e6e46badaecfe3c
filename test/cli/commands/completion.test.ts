// What the shell is offered.
import { describe, expect, it, afterEach, beforeEach } from "vitest";
import { CommandBench } from "../../support/command-bench.ts";

let bench: CommandBench;
beforeEach(() => {
  bench = new CommandBench();
});
afterEach(() => bench.close());

const candidates = async (...words: string[]): Promise<string[]> => {
  const { code, stdout } = await bench.run("__complete", "--", ...words);
  expect(code).toBe(0);
  return stdout.split("\n");
};

describe("completion", () => {
  it("offers commands, subcommands, shells and kinds", async () => {
    expect(await candidates("ro")).toEqual(["rollback", "rollout"]);
    expect(await candidates("token", "")).toEqual(["create", "ls", "rm"]);
    expect(await candidates("completion", "")).toEqual(["bash", "fish", "zsh"]);
    expect(await candidates("import", "a")).toEqual(["anypoint", "argo-rollouts"]);
    expect(await candidates("get", "http")).toEqual(["httproutes"]);
    expect(await candidates("describe", "serv")).toEqual(["services"]);
  });

  it("offers the options of the command and those of all commands", async () => {
    expect(await candidates("apply", "--d")).toEqual(["--dry-run"]);
    expect(await candidates("apply", "--ser")).toEqual(["--server"]);
  });

  it("offers nothing it does not know, and never its own hidden command", async () => {
    expect(await candidates("status", "x")).toEqual([""]);
    expect(await candidates("__")).toEqual([""]);
  });

  it.each([
    ["bash", "complete -o default -F _selvage selvage"],
    ["zsh", "#compdef selvage"],
    ["fish", "complete -c selvage"],
  ])("prints a script for %s that asks for candidates", async (shell, line) => {
    const { code, stdout } = await bench.run("completion", shell);
    expect(code).toBe(0);
    expect(stdout).toContain(line);
    expect(stdout).toContain("selvage __complete");
  });
});
