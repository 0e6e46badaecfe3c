// One mesh per data folder, and nothing to clean up after one that was killed.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockData } from "../../../src/cli/local/data-lock.ts";
import { processIdentityOf, isAlive, parseStat } from "../../../src/cli/local/process-identity.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "selvage-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("lockData", () => {
  it("gives the folder to one, and names the owner to the next", async () => {
    const first = await lockData(folder, "http://127.0.0.1:1", 0);
    expect(first.ok).toBe(true);
    const second = await lockData(folder, "http://127.0.0.1:2", 0);
    expect(second).toEqual({ ok: false, owner: { ...processIdentityOf(process.pid), url: "http://127.0.0.1:1" } });
    if (first.ok) {
      first.release();
    }
    expect(readdirSync(folder)).toEqual([]);
    expect(await lockData(folder, "http://127.0.0.1:3", 0)).toMatchObject({ ok: true });
  });

  it("takes over from an owner that is dead", async () => {
    const child = spawn(process.execPath, ["-e", ""]);
    const owner = processIdentityOf(child.pid ?? 0);
    await once(child, "exit");
    writeFileSync(join(folder, "lock"), JSON.stringify({ ...owner, url: "http://gone" }));
    expect(await lockData(folder, "http://127.0.0.1:1", 0)).toMatchObject({ ok: true });
    expect(JSON.parse(readFileSync(join(folder, "lock"), "utf8"))).toMatchObject({ pid: process.pid });
  });

  it("takes over when the owner's pid belongs to another process by now", async () => {
    const other = { pid: process.pid, startTicks: "1", url: "http://gone" };
    writeFileSync(join(folder, "lock"), JSON.stringify(other));
    const taken = process.platform === "linux" ? { ok: true } : { ok: false };
    expect(await lockData(folder, "http://127.0.0.1:1", 0)).toMatchObject(taken);
  });

  it("takes over from a lock that cannot be read", async () => {
    writeFileSync(join(folder, "lock"), "{");
    expect(await lockData(folder, "http://127.0.0.1:1", 0)).toMatchObject({ ok: true });
  });

  it("is held by one where the file system has no hard links, and never waits in a circle", async () => {
    const noLinks = (): never => {
      throw Object.assign(new Error("EPERM: operation not permitted, link"), { code: "EPERM" });
    };
    const first = await lockData(folder, "http://127.0.0.1:1", 0, noLinks);
    expect(first.ok).toBe(true);
    expect(await lockData(folder, "http://127.0.0.1:2", 0, noLinks)).toMatchObject({ ok: false });
    if (first.ok) {
      first.release();
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  it("says so when the folder takes no files", async () => {
    await expect(lockData(join(folder, "none"), "http://127.0.0.1:1", 0)).rejects.toThrow("ENOENT");
  });

  it("waits for an owner that is on its way out", async () => {
    const first = await lockData(folder, "http://127.0.0.1:1", 0);
    const second = lockData(folder, "http://127.0.0.1:2", 60_000);
    if (first.ok) {
      first.release();
    }
    expect(await second).toMatchObject({ ok: true });
  });
});

describe("process identity", () => {
  it("reads a command with spaces and parentheses", () => {
    const fields = Array.from({ length: 17 }, (_, index) => String(index)).join(" ");
    expect(parseStat(`42 (npm (run) up) S 7 ${fields} 4711 9`)).toEqual({
      parent: 7,
      command: "npm (run) up",
      startTicks: "4711",
      state: "S",
    });
    expect(parseStat("")).toBeNull();
  });

  it("knows a living process from one that has ended", async () => {
    const child = spawn(process.execPath, ["-e", "process.stdin.resume()"]);
    const identity = processIdentityOf(child.pid ?? 0);
    expect(isAlive(identity)).toBe(true);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(isAlive(identity)).toBe(false);
  });
});
