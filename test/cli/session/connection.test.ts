// Which mesh, and as whom.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { connection, isLoopback } from "../../../src/cli/session/connection.ts";
import { keepAdminToken } from "../../../src/cli/session/admin-token.ts";

const data = mkdtempSync(join(tmpdir(), "selvage-connection-"));
keepAdminToken(data, "kept");
afterAll(() => rmSync(data, { recursive: true }));

describe("connection", () => {
  it("prefers options to the environment, and the environment to the local default", () => {
    const environment = { SELVAGE_URL: "https://mesh.example.com", SELVAGE_TOKEN: "from-env" };
    expect(connection({ server: "http://other:1", token: "given" }, environment)).toEqual({
      server: "http://other:1",
      token: "given",
    });
    expect(connection({}, environment)).toEqual({ server: "https://mesh.example.com", token: "from-env" });
    expect(connection({}, { SELVAGE_DATA: join(data, "none") })).toEqual({
      server: "http://127.0.0.1:8787",
      token: null,
    });
  });

  it("finds the token of a local mesh by itself", () => {
    expect(connection({}, { SELVAGE_DATA: data }).token).toBe("kept");
    expect(connection({ server: "localhost:9000" }, { SELVAGE_DATA: data })).toEqual({
      server: "http://localhost:9000",
      token: "kept",
    });
  });

  it("never sends the local token to another machine", () => {
    for (const server of ["https://mesh.example.com", "mesh.example.com", "http://127.0.0.1.example.com"]) {
      expect(connection({ server }, { SELVAGE_DATA: data }).token, server).toBeNull();
    }
  });

  it("takes an address without scheme for https, and for http on this machine", () => {
    expect(connection({ server: "mesh.example.com" }, {}).server).toBe("https://mesh.example.com");
    expect(connection({ server: "127.0.0.1:1" }, {}).server).toBe("http://127.0.0.1:1");
  });

  it.each([
    ["http://127.9.9.9", true],
    ["http://[::1]:1", true],
    ["http://a.localhost", true],
    ["http://10.0.0.1", false],
    ["not an address", false],
  ])("knows whether %s is this machine: %s", (server, own) => {
    expect(isLoopback(server)).toBe(own);
  });
});
