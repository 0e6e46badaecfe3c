// Ports are tried before anything is started.
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { findPorts } from "../../../src/cli/local/ports.ts";

describe("findPorts", () => {
  it("finds free ports in a row for port 0", async () => {
    const found = await findPorts("127.0.0.1", 0, 3);
    expect(found).toMatchObject({ ok: true });
    expect(found.ok && found.first).toBeGreaterThan(1023);
  });

  it("says which port is in use", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    expect(await findPorts("127.0.0.1", port, 1)).toEqual({
      ok: false,
      message: `port ${port} is in use on 127.0.0.1; choose another one with --port`,
    });
    server.close();
  });

  it("says when the address is not this machine's", async () => {
    expect(await findPorts("192.0.2.1", 8787, 1)).toEqual({
      ok: false,
      message: "192.0.2.1 is not an address of this machine; choose another one with --host",
    });
  });
});
