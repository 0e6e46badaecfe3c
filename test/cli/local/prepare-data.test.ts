import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { prepareData } from "../../../src/cli/local/prepare-data.ts";

let folder: string;
let mask: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "selvage-prepare-"));
  mask = process.umask();
});
afterEach(() => {
  process.umask(mask);
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true });
});

describe("the data folder of a mesh", () => {
  it("is made with a token", () => {
    const prepared = prepareData(join(folder, "a", "b"), "given");
    expect(prepared).toEqual({ ok: true, token: "given", warnings: [] });
    expect(readFileSync(join(folder, "a", "b", ".gitignore"), "utf8")).toBe("*\n");
  });

  it("is not a file, nor below one", () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    expect(prepareData(file, undefined)).toEqual({
      ok: false,
      message: `--data wants a folder, and ${file} is a file`,
    });
    const below = prepareData(join(file, "data"), undefined);
    expect(below).toMatchObject({ ok: false, message: expect.stringContaining("a part of its path is a file") });
  });

  it.runIf(process.platform === "linux")("is refused at once where no folder can be made", () => {
    const prepared = prepareData("/proc/selvage/data", undefined);
    expect(prepared).toMatchObject({ ok: false, message: expect.stringContaining("it cannot be made here") });
  });

  it("says when it may not be written", ({ skip }) => {
    skip(process.getuid?.() === 0, "whoever runs the tests as root may write everywhere");
    chmodSync(folder, 0o500);
    const prepared = prepareData(join(folder, "data"), undefined);
    expect(prepared).toMatchObject({ ok: false, message: expect.stringContaining("may not be written") });
  });
});
