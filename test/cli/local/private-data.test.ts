import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makePrivate } from "../../../src/cli/local/private-data.ts";

let data: string;
let mask: number;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "selvage-private-"));
  mask = process.umask();
});
afterEach(() => {
  process.umask(mask);
  rmSync(data, { recursive: true });
});
const modeOf = (name: string): string => (statSync(join(data, name)).mode & 0o777).toString(8);

describe("the data folder", () => {
  it("is its owner's alone, whatever its mode was, with all that the mesh keeps there", () => {
    chmodSync(data, 0o777);
    mkdirSync(join(data, "v3", "d1"), { recursive: true, mode: 0o755 });
    mkdirSync(join(data, "run"), { mode: 0o755 });
    for (const name of ["v3/d1/db.sqlite", "admin-token", "lock"]) {
      writeFileSync(join(data, name), "", { mode: 0o644 });
    }
    writeFileSync(join(data, "run/workerd.sh"), "", { mode: 0o755 });
    makePrivate(data);
    expect([".", "v3", "v3/d1", "run", "run/workerd.sh"].map(modeOf)).toEqual(["700", "700", "700", "700", "700"]);
    expect(["v3/d1/db.sqlite", "admin-token", "lock"].map(modeOf)).toEqual(["600", "600", "600"]);
  });

  it("is private from the start, and so is what is written later", () => {
    makePrivate(join(data, "a", "b"));
    writeFileSync(join(data, "a", "b", "later"), "");
    expect([modeOf("a/b"), modeOf("a/b/later")]).toEqual(["700", "600"]);
  });

  it("leaves other people's files as they are, also behind links", () => {
    writeFileSync(join(data, "theirs"), "", { mode: 0o644 });
    mkdirSync(join(data, "v3"));
    symlinkSync(join(data, "theirs"), join(data, "v3", "link"));
    makePrivate(data);
    expect(modeOf("theirs")).toBe("644");
  });
});
