// Hedging: a slow request is sent once more, the first good answer wins, and nothing arrives twice that must not.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { hosts, silent } from "../../support/worker/services.ts";
import { routeYaml, serviceYaml, testMesh, type Service, type TestMesh } from "../../support/worker/test-mesh.ts";

const TWO = '[{url: "http://a.example"}, {url: "http://b.example"}]';
const URL_OF_ROUTE = "http://shop.example/";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function mesh(retry: string, service: Service, more = ""): TestMesh {
  const policy = `
apiVersion: selvage.dev/v1
kind: TrafficPolicy
metadata: {name: one, namespace: shop}
spec: {targetRefs: [{kind: Service, name: one}], retry: ${retry}${more}}
---`;
  return testMesh(serviceYaml("one", TWO) + routeYaml("[{backendRefs: [{name: one}]}]") + policy, { service });
}
const HEDGE = "{hedge: {after: 50ms}, budget: {percent: 100}}";
const slowFirst =
  (second: () => Response): Service =>
  (sent, nth) =>
    nth === 1 ? silent(sent, nth) : second();

async function sendFor(one: TestMesh, ms: number, init: RequestInit = {}): Promise<Response | null> {
  let answer: Response | null = null;
  const sending = one.send(URL_OF_ROUTE, init).then((response) => (answer = response));
  await vi.advanceTimersByTimeAsync(ms);
  if (answer !== null) {
    await sending;
  }
  return answer;
}

describe("a request that is slow to answer", () => {
  it("is sent once more, elsewhere, and the first is broken off when the second has answered", async () => {
    const one = mesh(
      HEDGE,
      slowFirst(() => new Response("second")),
    );
    const answer = await sendFor(one, 51);
    expect(await answer?.text()).toBe("second");
    expect(hosts(one)).toEqual(["a", "b"]);
    expect(one.sent.map(({ signal }) => signal?.aborted)).toEqual([true, false]);
  });

  it("is not sent twice when it answers in time, or when nobody asked for it", async () => {
    const quick = mesh(HEDGE, () => new Response("first"));
    expect(await (await sendFor(quick, 200))?.text()).toBe("first");
    expect(quick.sent).toHaveLength(1);
    const plain = mesh("{}", silent);
    await sendFor(plain, 5000);
    expect(plain.sent).toHaveLength(1);
  });

  it("has as many copies as the policy says and attempts allow, one after the other", async () => {
    const three = mesh("{attempts: 3, hedge: {after: 50ms, max: 2}, budget: {percent: 100, minPerSecond: 80}}", silent);
    for (const [ms, sent] of [
      [40, 1],
      [20, 2],
      [50, 2],
    ] as const) {
      await (ms === 40 ? sendFor(three, ms) : vi.advanceTimersByTimeAsync(ms));
      expect(three.sent.length).toBeGreaterThanOrEqual(sent);
      expect(three.sent.length).toBeLessThanOrEqual(3);
    }
    const bounded = mesh("{attempts: 1, hedge: {after: 10ms, max: 4}, budget: {percent: 100}}", silent);
    await sendFor(bounded, 500);
    expect(bounded.sent).toHaveLength(2);
  });

  it("gets the slow answer after all when the copy fails", async () => {
    const service: Service = (_, nth) =>
      nth === 1
        ? new Promise((resolve) => setTimeout(() => resolve(new Response("slow but good")), 200))
        : new Response("no", { status: 503 });
    const one = mesh(HEDGE, service);
    expect(await (await sendFor(one, 201))?.text()).toBe("slow but good");
    expect(one.sent.map(({ signal }) => signal?.aborted)).toEqual([false, false]);
  });

  it("gets the last failure when all fail, and no retry on top of its copies", async () => {
    const service: Service = (_, nth) =>
      new Promise((resolve) => setTimeout(() => resolve(new Response(`no ${nth}`, { status: 503 })), 100));
    const one = mesh(HEDGE, service);
    const answer = await sendFor(one, 500);
    expect([answer?.status, await answer?.text()]).toEqual([503, "no 2"]);
    expect(one.sent).toHaveLength(2);
  });

  it("is not sent twice when the budget has nothing at hand", async () => {
    const one = mesh("{hedge: {after: 50ms}, budget: {percent: 0, minPerSecond: 0}}", silent);
    await sendFor(one, 500);
    expect(one.sent).toHaveLength(1);
  });
});

describe("what must not arrive twice", () => {
  it.each([
    [
      "a POST",
      "{hedge: {after: 10ms}, budget: {percent: 100}, methods: [GET, POST]}",
      { method: "POST", body: "x" },
      1,
    ],
    [
      "a POST with a key and no consent",
      "{hedge: {after: 10ms}, budget: {percent: 100}}",
      { method: "POST", body: "x", headers: { "idempotency-key": "k" } },
      1,
    ],
    [
      "a POST with a key and consent",
      "{hedge: {after: 10ms}, budget: {percent: 100}, methods: [GET, POST]}",
      { method: "POST", body: "x", headers: { "idempotency-key": "k" } },
      2,
    ],
    [
      "a request of another mesh",
      "{hedge: {after: 10ms}, budget: {percent: 100}}",
      { headers: { "selvage-source": "other", "selvage-hops": "1" } },
      1,
    ],
    [
      "a PUT of more than 64 KiB",
      "{hedge: {after: 10ms}, budget: {percent: 100}}",
      { method: "PUT", body: "x".repeat(65_537) },
      1,
    ],
  ])("%s", async (_, retry, init, times) => {
    const one = mesh(retry, silent);
    await sendFor(one, 300, init);
    expect(one.sent).toHaveLength(times);
  });
});
