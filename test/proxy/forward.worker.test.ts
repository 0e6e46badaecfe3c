import { afterEach, describe, expect, it, vi } from "vitest";
import { after, lost, meshOfOne, silent } from "../support/worker/services.ts";
import { NOW, problemOf, type Service } from "../support/worker/test-mesh.ts";
import { writtenId } from "../support/written-id.ts";

const ID = writtenId("shop/one", "http://a.example", "v1");

afterEach(() => vi.useRealTimers());

describe("a service's answer", () => {
  it("passes as it is, with the request's id and the revision for whoever asks", async () => {
    const answer = await meshOfOne("", {
      service: () => new Response("no", { status: 418, statusText: "Teapot", headers: { "x-a": "1" } }),
    }).send("http://shop.example/", { headers: { "selvage-debug": "1" } });
    expect([answer.status, answer.statusText, await answer.text(), answer.headers.get("x-a")]).toEqual([
      418,
      "Teapot",
      "no",
      "1",
    ]);
    expect([answer.headers.get("x-request-id"), answer.headers.get("selvage-revision")]).toEqual(["new-id", "7"]);
    expect(answer.headers.has("selvage-decision")).toBe(false);
  });

  it.each([500, 502, 503, 504, 520, 599])("of status %i is not taken for the mesh's own", async (status) => {
    const answer = await meshOfOne("", { service: () => new Response("theirs", { status }) }).send(
      "http://shop.example/",
    );
    expect([answer.status, await answer.text(), answer.headers.has("selvage-decision")]).toEqual([
      status,
      "theirs",
      false,
    ]);
  });

  it("without a body stays without one", async () => {
    const answer = await meshOfOne("", { service: () => new Response(null, { status: 204 }) }).send(
      "http://shop.example/",
    );
    expect([answer.status, answer.body]).toEqual([204, null]);
  });

  it("streams: its first bytes are there before its last", async () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const answer = await meshOfOne("", {
      service: () => new Response(readable, { headers: { "content-type": "text/event-stream" } }),
    }).send("http://shop.example/");
    const reader = answer.body!.getReader();
    const first = reader.read();
    await writer.write(new TextEncoder().encode("data: 1\n\n"));
    expect(new TextDecoder().decode((await first).value)).toBe("data: 1\n\n");
    const second = reader.read();
    await writer.write(new TextEncoder().encode("data: 2\n\n"));
    expect(new TextDecoder().decode((await second).value)).toBe("data: 2\n\n");
    const end = reader.read();
    await writer.close();
    expect((await end).done).toBe(true);
  });
});

describe("deadlines", () => {
  it("are told to the service, a little less than what is left", async () => {
    const one = meshOfOne("");
    await one.send("http://shop.example/", { headers: { "selvage-timeout-ms": "999999" } });
    expect(one.sent[0]?.headers.get("selvage-timeout-ms")).toBe("14995");
    const short = meshOfOne(", timeouts: {request: 2s, backendRequest: 500ms}");
    await short.send("http://shop.example/");
    expect(short.sent[0]?.headers.get("selvage-timeout-ms")).toBe("495");
  });

  it("end a request with 504, naming the endpoint", async () => {
    vi.useFakeTimers();
    const one = meshOfOne(", timeouts: {request: 2s}", { service: silent });
    const answer = await after(2000, one.send("http://shop.example/"));
    expect(answer.status).toBe(504);
    expect(answer.headers.get("selvage-decision")).toBe('forward; policy="HTTPRoute/shop/route/0"; rev=7');
    expect(await problemOf(answer)).toMatchObject({
      code: "SLV5007",
      detail: `Endpoint ${ID} of the service shop/one did not answer within the request's 2000 ms`,
      service: "shop/one",
      endpoint: ID,
      attempts: 1,
    });
  });

  it("of one try say so", async () => {
    vi.useFakeTimers();
    const one = meshOfOne(", timeouts: {request: 5s, backendRequest: 1s}", { service: silent });
    const problem = await problemOf(await after(1000, one.send("http://shop.example/")));
    expect(problem["detail"]).toBe(
      `Endpoint ${ID} of the service shop/one did not answer within the 1000 ms of one try`,
    );
  });

  it("let go of an answer that comes too late", async () => {
    vi.useFakeTimers();
    let cancelled = false;
    const late = new ReadableStream({ cancel: () => void (cancelled = true) });
    const slow: Service = () => new Promise((resolve) => setTimeout(resolve, 3000, new Response(late)));
    const answer = await after(
      2000,
      meshOfOne(", timeouts: {request: 2s}", { service: slow }).send("http://shop.example/"),
    );
    expect([answer.status, cancelled]).toEqual([504, false]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(cancelled).toBe(true);
  });

  it("can be switched off", async () => {
    const one = meshOfOne(", timeouts: {request: 0s}");
    await one.send("http://shop.example/");
    expect(one.sent[0]?.headers.has("selvage-timeout-ms")).toBe(false);
  });

  it("do not cut a body that is already coming", async () => {
    vi.useFakeTimers();
    const one = meshOfOne(", timeouts: {request: 2s}", { service: () => new Response("slow") });
    const answer = await one.send("http://shop.example/");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await answer.text()).toBe("slow");
  });

  it("leave no time for a service when the mesh itself took it all", async () => {
    const clock = [NOW, NOW + 20_000];
    const one = meshOfOne("", { ports: { now: () => clock.shift() ?? NOW + 20_000 } });
    const answer = await one.send("http://shop.example/");
    expect(answer.status).toBe(504);
    expect(await problemOf(answer)).toMatchObject({
      detail: "The request's 15000 ms were over before the service shop/one could be asked",
    });
    expect(one.sent).toEqual([]);
  });
});

describe("a service that cannot be reached", () => {
  it("is a 502 that says which endpoint and why", async () => {
    const answer = await meshOfOne("", { service: lost }).send("http://shop.example/");
    expect(answer.status).toBe(502);
    expect(await problemOf(answer)).toMatchObject({
      code: "SLV5006",
      detail: `Endpoint ${ID} of the service shop/one refused the connection, or closed it before it answered`,
      service: "shop/one",
      endpoint: ID,
      attempts: 1,
    });
  });

  it("is a 502 as well for names and certificates, without the runtime's words", async () => {
    const internal: Service = () => Promise.reject(new Error("internal error; reference = 0123"));
    const problem = await problemOf(await meshOfOne("", { service: internal }).send("http://shop.example/"));
    expect(problem["detail"]).toBe(
      `Endpoint ${ID} of the service shop/one could not be reached: its name, its certificate or its protocol failed`,
    );
  });
});
