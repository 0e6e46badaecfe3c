// Envoy's advisories about bytes on the wire, on raw workerd. The first guard of most of them is the runtime's: these
// tests say when it no longer holds.
import { connect } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sendRaw } from "../support/raw/tcp.ts";
import { get, startWire, type Wire } from "../support/raw/wire.ts";

let wire: Wire;

beforeAll(async () => {
  wire = await startWire();
}, 30_000);
afterAll(() => wire?.stop());
beforeEach(() => wire.reset());
afterEach(() => expect(wire.upstream.leftovers()).toBe(""));

const upgrade = [
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

describe("bytes", () => {
  it("CVE-2019-9900: a NUL in a header, a name or the path reaches no service", async () => {
    for (const request of [get("/", ["X-A: a\0b"]), get("/", ["X\0A: b"]), get("/a\0b"), get("/a%00b")]) {
      const { answer, arrived } = await wire.exchange(request);
      expect([request, answer.slice(0, 12)]).toEqual([request, "HTTP/1.1 400"]);
      expect(arrived).toEqual([]);
    }
  });

  it("CVE-2023-27491: a request line that is none reaches no service", async () => {
    for (const line of [
      "GET /\x01 HTTP/1.1",
      "GET /a b HTTP/1.1",
      "G\tET / HTTP/1.1",
      "GET / HTTP/9.9",
      "GET /\x7f HTTP/1.1",
      "GET\x00 / HTTP/1.1",
      "GET /\xe9 HTTP/1.1",
    ]) {
      const answer = await sendRaw(wire.mesh.port, `${line}\r\nHost: shop.example\r\n\r\n`);
      expect([line, answer.slice(0, 9), Number(answer.slice(9, 12)) >= 400]).toEqual([line, "HTTP/1.1 ", true]);
      expect([line, wire.upstream.requests.length]).toEqual([line, 0]);
    }
  });

  it("CVE-2023-27488, CVE-2026-73552: bytes that are no UTF-8 do not get past a policy", async () => {
    const role = (value: string): string =>
      `GET /svc/roles.shop/ HTTP/1.1\r\nHost: any.example\r\nX-Role: ${value}\r\n\r\n`;
    expect((await wire.exchange(role("guest"))).answer).toMatch(/^HTTP\/1.1 200/);
    expect((await wire.exchange(role("admin"))).answer).toMatch(/^HTTP\/1.1 403/);
    wire.reset();
    for (const value of ["adm\xe9n", "\xff", "admin\x80", "\xc0\xae", "admin\xed\xa0\x80"]) {
      const { answer, arrived } = await wire.exchange(role(value));
      expect([value, answer.slice(0, 12)]).toEqual([value, expect.stringMatching(/^HTTP\/1.1 40[03]$/)]);
      expect(arrived).toEqual([]);
    }
  });

  it("CVE-2026-73547: a request without a path to judge reaches no service", async () => {
    for (const line of ["CONNECT shop.example:80", "OPTIONS *", "GET shop.example/a"]) {
      const answer = await sendRaw(wire.mesh.port, `${line} HTTP/1.1\r\nHost: shop.example\r\n\r\n`);
      expect([line, Number(answer.slice(9, 12)) >= 400]).toEqual([line, true]);
      expect([line, wire.upstream.requests.length]).toEqual([line, 0]);
    }
  });
});

describe("connections", () => {
  it("CVE-2025-64763, CVE-2026-73548: what is sent behind an upgrade is a request of its own until the service accepts", async () => {
    wire.upstream.answer = (_, socket) => socket.write("HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n");
    const hidden = "GET /svc/ledger.shop/admin HTTP/1.1\r\nHost: any.example\r\n\r\n";
    const { answer, arrived } = await wire.exchange(get("/ws", upgrade, hidden), 2);
    expect(answer).toMatch(/^HTTP\/1.1 426 /);
    expect(arrived.map(({ line }) => line)).toEqual(["GET /ws HTTP/1.1"]);
  });

  it("CVE-2024-23326: a 200 to an upgrade switches nothing", async () => {
    const { answer, arrived } = await wire.exchange(get("/ws", upgrade, "\x81\x05hello"));
    expect(answer).toMatch(/^HTTP\/1.1 502 /);
    expect(answer).toContain("SLV5009");
    expect(arrived).toHaveLength(1);
  });

  it("CVE-2023-44487: callers that begin and leave hold nothing back", async () => {
    wire.upstream.answer = () => undefined;
    const gone = Array.from(
      { length: 200 },
      () =>
        new Promise<void>((resolve) => {
          const socket = connect(wire.mesh.port, "127.0.0.1", () => {
            socket.write(get("/"));
            setImmediate(() => socket.resetAndDestroy());
          });
          socket.on("error", () => undefined);
          socket.on("close", () => resolve());
        }),
    );
    await Promise.all(gone);
    wire.reset();
    const { answer } = await wire.exchange(get("/after"));
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
  }, 30_000);
});
