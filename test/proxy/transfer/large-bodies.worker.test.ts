import { describe, expect, it } from "vitest";
import { serviceYaml, testMesh } from "../../support/worker/test-mesh.ts";

/** Text in which no two stretches are alike, longer than what is moved at once. */
const many = Array.from({ length: 300_000 }, (_, line) => `${line}\n`).join("");

/** In pieces of many sizes, so that some fill what they are read into and others do not. */
function inPieces(text: string): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  const pipe = new FixedLengthStream(bytes.byteLength);
  const writer = pipe.writable.getWriter();
  void (async () => {
    for (let at = 0, size = 1; at < bytes.byteLength; at += size, size = (size * 3) % 200_003) {
      await writer.write(bytes.slice(at, at + size));
    }
    await writer.close();
  })();
  return pipe.readable;
}

describe("a body that is read into the same memory again and again", () => {
  it("comes to the caller as the service sent it", async () => {
    const mesh = testMesh(serviceYaml("a"), {
      service: () => new Response(inPieces(many), { headers: { "content-length": String(many.length) } }),
    });
    const answer = await mesh.send("http://mesh.example/svc/a.shop/");
    const got = await answer.text();
    expect(got.length).toBe(many.length);
    expect(got === many).toBe(true);
  });

  it("comes to the service as the caller sent it", async () => {
    const mesh = testMesh(serviceYaml("a"));
    const answer = await mesh.send("http://mesh.example/svc/a.shop/", {
      method: "PUT",
      body: inPieces(many),
      headers: { "content-length": String(many.length) },
    });
    await answer.text();
    expect(mesh.sent[0]?.body?.length).toBe(many.length);
    expect(mesh.sent[0]?.body === many).toBe(true);
  });
});
