// Pingora's advisories, on raw workerd: what a proxy may not pass on before it knows, and what it may not pass on at
// all.
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { sendRaw, valueOf } from "../support/raw/tcp.ts";
import { get, names, only, startWire, type Wire } from "../support/raw/wire.ts";

let wire: Wire;

beforeAll(async () => {
  wire = await startWire();
}, 30_000);
afterAll(() => wire?.stop());
beforeEach(() => wire.reset());
afterEach(() => expect(wire.upstream.leftovers()).toBe(""));

it("CVE-2026-2833: bytes behind an Upgrade that was not accepted are no bytes for the service", async () => {
  for (const protocol of ["websocket", "h2c", "anything"]) {
    wire.reset();
    const hidden = "POST /svc/ledger.shop/admin HTTP/1.1\r\nHost: any.example\r\nContent-Length: 0\r\n\r\n";
    await wire.exchange(get("/first", [`Upgrade: ${protocol}`, "Connection: Upgrade"], hidden), 2);
    expect([protocol, wire.upstream.requests.some(({ line }) => line.startsWith("POST /svc/ledger"))]).toEqual([
      protocol,
      false,
    ]);
    expect(wire.upstream.leftovers()).toBe("");
  }
});

it("CVE-2026-2835: HTTP/1.0 and Transfer-Encoding make one request, or none", async () => {
  const body = "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: shop.example\r\n\r\n";
  for (const framing of [
    "Transfer-Encoding: chunked",
    `Transfer-Encoding: chunked\r\nContent-Length: ${body.length}`,
    `Content-Length: ${body.length}`,
  ]) {
    wire.reset();
    await sendRaw(wire.mesh.port, `POST /p HTTP/1.0\r\nHost: shop.example\r\n${framing}\r\n\r\n${body}`, 2);
    const posts = wire.upstream.requests.filter(({ line }) => line.startsWith("POST"));
    expect([framing, posts.length <= 1]).toEqual([framing, true]);
    // What the runtime reads as a second request is one: it has walked through the mesh by itself.
    for (const request of wire.upstream.requests) {
      expect(valueOf(request, "selvage-source")).toBe("anonymous");
    }
  }
});

it("CVE-2026-105299: headers that Connection nominates go no further, in both directions", async () => {
  wire.upstream.answer = (_, socket) =>
    socket.write("HTTP/1.1 200 OK\r\nConnection: x-inner\r\nX-Inner: 1\r\nContent-Length: 0\r\n\r\n");
  const { answer, arrived } = await wire.exchange(get("/", ["Connection: keep-alive, X-Hop", "X-Hop: 1", "X-End: 1"]));
  expect(names(arrived)).toContain("x-end");
  expect(names(arrived)).not.toContain("x-hop");
  expect(answer).not.toMatch(/x-inner/i);
  expect(only(arrived).line).toBe("GET / HTTP/1.1");
});
