import { afterEach, describe, expect, it, vi } from "vitest";
import { after, hosts, lost, meshOfOne, silent, statuses } from "../../support/worker/services.ts";
import { NOW, problemOf } from "../../support/worker/test-mesh.ts";
import { writtenId } from "../../support/written-id.ts";

afterEach(() => vi.useRealTimers());

describe("retries", () => {
  const retry = ", retry: {attempts: 2, codes: [500, 503]}";

  it("try another endpoint after a listed status, and give the last answer", async () => {
    const one = meshOfOne(retry, { service: statuses(503, 200) });
    const answer = await one.send("http://shop.example/");
    expect([answer.status, await answer.text()]).toEqual([200, "try 2"]);
    expect(hosts(one)).toEqual(["a", "b"]);
    await one.settle();
  });

  it("use a worse priority before the same endpoint again", async () => {
    const one = meshOfOne(retry, { service: statuses(500, 500, 500) });
    const answer = await one.send("http://shop.example/");
    expect([answer.status, await answer.text(), answer.headers.has("selvage-decision")]).toEqual([500, "try 3", false]);
    expect(hosts(one)).toEqual(["a", "b", "c"]);
  });

  it("leave other statuses alone", async () => {
    const one = meshOfOne(retry, { service: statuses(502) });
    expect((await one.send("http://shop.example/")).status).toBe(502);
    expect(one.sent).toHaveLength(1);
  });

  it("follow lost connections, and end in 503 when every try is lost", async () => {
    const one = meshOfOne(retry, { service: lost });
    const answer = await one.send("http://shop.example/");
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await problemOf(answer)).toMatchObject({
      code: "SLV5005",
      detail: `Endpoint ${writtenId("shop/one", "http://c.example", "v1")} of the service shop/one refused the connection, or closed it before it answered, like every try before it: 3 in all`,
      attempts: 3,
    });
    expect(one.sent).toHaveLength(3);
  });

  it("follow a try that ran out of its own time, as long as the request has some", async () => {
    vi.useFakeTimers();
    const one = meshOfOne(", retry: {attempts: 1}, timeouts: {request: 5s, backendRequest: 1s}", {
      service: (sent, nth) => (nth === 1 ? silent(sent, nth) : new Response("second")),
    });
    expect(await (await after(1000, one.send("http://shop.example/"))).text()).toBe("second");
    expect(hosts(one)).toEqual(["a", "b"]);
    // Nobody breaks the first one off: it ends with its answer, or with the request.
    expect(one.sent.map(({ signal }) => signal)).toEqual([null, null]);
  });

  it("wait for the back-off in between", async () => {
    const one = meshOfOne(", retry: {attempts: 2, codes: [500], backoff: 100ms}", {
      service: statuses(500, 500, 200),
      random: [0],
    });
    await one.send("http://shop.example/");
    expect(one.slept).toEqual([100, 200]);
  });

  it("send a kept body again, whole", async () => {
    const one = meshOfOne(retry, { service: statuses(503, 503, 200) });
    await one.send("http://shop.example/", { method: "PUT", body: "abc", headers: { "content-length": "3" } });
    expect(one.sent.map(({ body }) => body)).toEqual(["abc", "abc", "abc"]);
  });

  it("keep a body of unknown length, too", async () => {
    const one = meshOfOne(retry, { service: statuses(503, 200) });
    const body = new Response("abc").body!.pipeThrough(new TransformStream());
    await one.send("http://shop.example/", { method: "PUT", body });
    expect(one.sent.map((sent) => sent.body)).toEqual(["abc", "abc"]);
  });

  it.each([
    ["of known length", { "content-length": "65537" }],
    ["of unknown length", {}],
  ])("do not happen for a body above 64 KiB %s, which arrives whole", async (_, headers) => {
    const one = meshOfOne(retry, { service: statuses(503) });
    const body = new Response("x".repeat(65_537)).body!.pipeThrough(new TransformStream());
    expect((await one.send("http://shop.example/", { method: "PUT", body, headers })).status).toBe(503);
    expect(one.sent.map((sent) => sent.body?.length)).toEqual([65_537]);
  });

  it("happen to a POST only with an Idempotency-Key", async () => {
    const plain = meshOfOne(retry, { service: statuses(503) });
    expect((await plain.send("http://shop.example/", { method: "POST", body: "abc" })).status).toBe(503);
    expect(plain.sent).toHaveLength(1);
    const keyed = meshOfOne(retry, { service: statuses(503) });
    const headers = { "idempotency-key": "k1" };
    expect((await keyed.send("http://shop.example/", { method: "POST", body: "abc", headers })).status).toBe(200);
    expect(keyed.sent.map(({ body }) => body)).toEqual(["abc", "abc"]);
  });

  it("give each try what is left of the deadline", async () => {
    const clock = [NOW, NOW, NOW, NOW + 4000, NOW + 4000];
    const one = meshOfOne(", retry: {attempts: 1, codes: [500]}, timeouts: {request: 5s}", {
      service: statuses(500),
      ports: { now: () => clock.shift() ?? NOW + 4000 },
    });
    await one.send("http://shop.example/");
    expect(one.sent.map(({ headers }) => headers.get("selvage-timeout-ms"))).toEqual(["4995", "995"]);
  });

  it("do not happen without a retry in the rule", async () => {
    const one = meshOfOne("", { service: statuses(503) });
    expect((await one.send("http://shop.example/")).status).toBe(503);
    expect(one.sent).toHaveLength(1);
  });
});
