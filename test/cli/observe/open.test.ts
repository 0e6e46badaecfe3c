// `selvage open`: the address that it prints. Nothing is asked, and where no person sits no browser is started.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { launch } from "../../../src/cli/dashboard/launch.ts";
import { runCommand } from "../../../src/cli/run-command.ts";
import { screens } from "../../../src/model/word/screens.ts";
import { recordingTerminal } from "../../support/recording-terminal.ts";

afterEach(() => vi.unstubAllEnvs());

async function open(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const terminal = recordingTerminal();
  const code = await runCommand(["--server", "https://mesh.example", "open", ...args], terminal);
  return { code, stdout: terminal.stdout(), stderr: terminal.stderr() };
}

const path = async (...args: string[]): Promise<string> =>
  (await open(...args)).stdout.replace("https://mesh.example/_selvage/", "");

it("prints where the first screen is, and every other by its name or its title", async () => {
  expect(await open()).toEqual({ code: 0, stdout: "https://mesh.example/_selvage/ui/now", stderr: "" });
  for (const screen of screens) {
    expect(await path(screen.path.slice(1))).toBe(`ui${screen.path}`);
    expect(await path(screen.title)).toBe(`ui${screen.path}`);
  }
});

it("knows kinds and names as `get` does", async () => {
  expect(await path("svc/payments", "-n", "shop")).toBe("ui/services/shop/payments");
  expect(await path("service", "payments")).toBe("ui/services/default/payments");
  expect(await path("app/acme", "-n", "shop")).toBe("ui/clients/shop/acme");
  expect(await path("httproute/a", "-n", "shop")).toBe("ui/policies/HTTPRoute/shop/a");
  expect(await path("svc/a?b#c")).toBe("ui/services/default/a%3Fb%23c");
  expect(await path("httproutes")).toBe("ui/policies");
});

it("knows a code, a revision, a trace and a request by their look", async () => {
  expect(await path("slv4001")).toBe("problems/SLV4001");
  expect(await path("42")).toBe("ui/history/42");
  expect(await path("0af7651916cd43dd8448eb211c80319c")).toBe("ui/traces/0af7651916cd43dd8448eb211c80319c");
  expect(await path("0af76519-16cd-43dd-8448-eb211c80319c")).toBe("ui/requests/0af76519-16cd-43dd-8448-eb211c80319c");
});

it("prints the same for programs", async () => {
  expect(JSON.parse((await open("map", "-o", "json")).stdout)).toEqual({ url: "https://mesh.example/_selvage/ui/map" });
});

it("names what was probably meant, and what there is", async () => {
  expect(await open("lmits")).toEqual({
    code: 2,
    stdout: "",
    stderr: expect.stringContaining('nothing is called "lmits"; did you mean "limits"?'),
  });
  expect((await open("nothing-like-it")).stderr).toContain("give a screen (now, map, ");
  expect((await open("now", "x")).stderr).toContain('nothing is called "now x"');
});

it("gives the browser the address as one word, and says when there is none", async () => {
  const folder = mkdtempSync(join(tmpdir(), "selvage-browser-"));
  try {
    const browser = join(folder, "browser");
    writeFileSync(browser, `#!/bin/sh\nprintf '%s\\n' "$#" "$1" > "${folder}/said"\n`);
    chmodSync(browser, 0o700);
    vi.stubEnv("BROWSER", browser);
    expect(await launch("https://mesh.example/?a=1&b=$(id)")).toBe(true);
    await expect.poll(() => readFileSync(join(folder, "said"), "utf8")).toBe("1\nhttps://mesh.example/?a=1&b=$(id)\n");
    vi.stubEnv("BROWSER", join(folder, "none"));
    expect(await launch("https://mesh.example/")).toBe(false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
