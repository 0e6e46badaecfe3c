// The local bootstrap token: made once, readable by its owner only.
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keepAdminToken, readAdminToken } from "../../../src/cli/session/admin-token.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "selvage-token-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("keepAdminToken", () => {
  it("makes a token of 192 bits once, and finds it again", () => {
    expect(readAdminToken(folder)).toBeNull();
    const made = keepAdminToken(folder, undefined);
    expect(made).toMatch(/^slv_local_[\w-]{32}$/);
    expect(keepAdminToken(folder, undefined)).toBe(made);
    expect(readAdminToken(folder)).toBe(made);
  });

  it("lets nobody else read it, also when the file was there with other rights", () => {
    writeFileSync(join(folder, "admin-token"), "", { mode: 0o644 });
    keepAdminToken(folder, "given");
    expect(statSync(join(folder, "admin-token")).mode & 0o777).toBe(0o600);
  });

  it("takes the token that is given, and keeps it for the commands nearby", () => {
    keepAdminToken(folder, undefined);
    expect(keepAdminToken(folder, "given")).toBe("given");
    expect(readAdminToken(folder)).toBe("given");
  });
});
