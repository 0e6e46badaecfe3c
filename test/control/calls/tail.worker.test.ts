// GET /tail: requests as they are kept.
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import worker from "../../../src/index.ts";
import { createExecutionContext } from "cloudflare:test";
import { eventStream, type TailPage } from "../../../src/control/view/tail.ts";
import type { Receipt } from "../../../src/model/message/receipt.ts";
import { api, applied, FIRST_LOAD_MS, mint, ROOT_TOKEN, serviceYaml, tokenFor } from "../../support/worker/admin.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";
import { sampleReceipt } from "../../support/documents/receipts.ts";

let nth = 0;
const keep = async (more: Partial<Receipt>): Promise<void> => {
  nth += 1;
  const one = sampleReceipt({ requestId: `t${nth}`, spanId: String(nth).padStart(16, "0"), ...more });
  await env.REQUESTS?.getByName(one.service.split("/")[0] ?? "-").keep([one], 0);
};

beforeAll(async () => {
  await emptyRegistry();
  await applied(serviceYaml("orders", "tailed") + serviceYaml("ledger", "bank"));
}, FIRST_LOAD_MS);

it("is a page of what was kept after a cursor, filtered", async () => {
  const before = String(Date.now());
  await keep({ service: "tailed/orders", status: 404 });
  await keep({ service: "tailed/orders", status: 502 });
  const all = await api("GET", `/tail?namespace=tailed&cursor=${before}`);
  expect(all.body.items).toMatchObject([{ status: 502 }, { status: 404 }]);
  const failed = await api("GET", `/tail?namespace=tailed&cursor=${before}&status=500`);
  expect(failed.body.items).toMatchObject([{ status: 502 }]);
  expect(Number(Reflect.get(all.body, "cursor"))).toBeGreaterThanOrEqual(Number(before));
});

it("holds namespaces", async () => {
  const token = await tokenFor("viewer", ["bank"]);
  expect((await api("GET", "/tail?namespace=tailed", { token })).status).toBe(403);
  expect((await api("GET", "/tail?cursor=0", { token })).body.items).toEqual([]);
  for (const path of ["tail", "requests", "traces"]) {
    expect((await api("GET", `/${path}?service=tailed/orders`, { token })).status, path).toBe(403);
    expect((await api("GET", `/${path}?namespace=bank&service=ledger`, { token })).status, path).toBe(200);
  }
});

it("takes a method in any case, and a cursor of a clock that is ahead for now", async () => {
  await keep({ service: "tailed/orders", method: "PATCH", status: 500 });
  const { body } = await api("GET", "/tail?namespace=tailed&method=patch&cursor=1");
  expect(body.items).toMatchObject([{ method: "PATCH" }]);
  const ahead = await api("GET", "/tail?namespace=tailed&cursor=999999999999999");
  expect(Number(Reflect.get(ahead.body, "cursor"))).toBeLessThan(Date.now() + 60_000);
});

it("is a stream of events where one is asked for", async () => {
  await keep({ service: "tailed/orders", status: 500 });
  const request = new Request("http://mesh.test/_selvage/v1/tail?namespace=tailed&cursor=1", {
    headers: { accept: "text/event-stream", authorization: `Bearer ${ROOT_TOKEN}` },
  });
  const answer = await worker.fetch(request, env, createExecutionContext());
  expect(answer.headers.get("content-type")).toBe("text/event-stream");
  const reader = answer.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  expect(new TextDecoder().decode(value)).toMatch(/^event: request\nid: \d+\ndata: \{"at":.*"requestId":"t\d+"/);
  await reader?.cancel();
});

it("tells each request once and in order, and what was not kept, and ends after a while", async () => {
  const page = (ids: readonly string[], dropped: number, cursor: string, matched?: number): TailPage =>
    ({ items: ids.map((requestId) => ({ requestId })), dropped, cursor, matched }) as unknown as TailPage;
  const pages = [page(["b", "a"], 3, "1"), page([], 5, "1"), page(["c"], 5, "2", 9), page(["d"], 5, "3", 12)];
  const asked: (string | null)[] = [];
  const poll = async (cursor: string | null) => (asked.push(cursor), pages.shift() ?? page([], 5, "2"));
  const text = await eventStream(poll, "0", { wait: () => Promise.resolve(), most: 4 }).text();
  expect(asked).toEqual(["0", "1", "1", "2"]);
  expect([...text.matchAll(/^data: (.*)$/gm)].map(([, data = ""]) => JSON.parse(data))).toEqual([
    { requestId: "a" },
    { requestId: "b" },
    { shown: 2, live: false, matched: 2, dropped: 0 },
    { shown: 0, live: false, matched: 2, dropped: 2 },
    { requestId: "c" },
    { shown: 1, live: true, matched: 9, dropped: 8 },
    { requestId: "d" },
    { shown: 1, live: true, matched: 3, dropped: 2 },
  ]);
});

it("has isolates watch while it lasts, with its filters and no further than its operator may see", async () => {
  const token = await tokenFor("viewer", ["tailed"]);
  const request = new Request("http://mesh.test/_selvage/v1/tail?status=200&path=/orders", {
    headers: { accept: "text/event-stream", authorization: `Bearer ${token}` },
  });
  const answer = await worker.fetch(request, env, createExecutionContext());
  const reader = answer.body?.getReader();
  await reader?.read();
  const question = { isolate: "i", edge: null, colo: null, revision: 0, generation: 0 };
  const { watches } = await env.MESH.getByName("mesh").poll(question);
  expect(watches?.filter(({ path }) => path === "/orders")).toMatchObject([
    { namespaces: ["tailed"], leastStatus: 200, path: "/orders" },
  ]);
  await reader?.cancel();
});

it("is messages of a WebSocket where one is asked for, and says that isolates watch", async () => {
  await keep({ service: "tailed/orders", status: 500 });
  const request = new Request("http://mesh.test/_selvage/v1/tail?namespace=tailed&cursor=1", {
    headers: { upgrade: "websocket", authorization: `Bearer ${ROOT_TOKEN}` },
  });
  const { status, webSocket } = await worker.fetch(request, env, createExecutionContext());
  expect(status).toBe(101);
  const told = Promise.withResolvers<Record<string, unknown>>();
  const events: unknown[] = [];
  webSocket?.accept();
  webSocket?.addEventListener("message", ({ data }) => {
    const message = JSON.parse(String(data));
    events.push(message.event);
    if (message.event === "meter") {
      told.resolve(message);
    }
  });
  const { data, cursor } = await told.promise;
  webSocket?.close();
  expect(events).toContain("request");
  expect([typeof cursor, Reflect.get(Object(data), "live")]).toEqual(["string", true]);
});

it("ends when the right ends, whichever way it is told", { timeout: 30_000 }, async () => {
  const { id, token } = await mint({ name: "short", role: "viewer", namespaces: ["tailed"] });
  const ask = (headers: Record<string, string>): Promise<Response> | Response =>
    worker.fetch(
      new Request("http://mesh.test/_selvage/v1/tail", { headers: { authorization: `Bearer ${token}`, ...headers } }),
      env,
      createExecutionContext(),
    );
  const { webSocket } = await ask({ upgrade: "websocket" });
  const events = await ask({ accept: "text/event-stream" });
  const ended = new Promise<number>((resolve) => webSocket?.addEventListener("close", ({ code }) => resolve(code)));
  webSocket?.accept();
  expect((await api("DELETE", `/tokens/${id}`)).status).toBe(200);
  expect(await ended).toBe(4401);
  // It ends, where the bound of a test would come long before its own.
  expect((await events.text()).match(/^event: meter$/gm)?.length).toBeLessThan(10);
});

it("is told to fifty at once by an isolate, and to the next one when a reader leaves", async () => {
  const open = async (method = "GET"): Promise<Response> =>
    worker.fetch(
      new Request("http://mesh.test/_selvage/v1/tail?namespace=tailed", {
        method,
        headers: { accept: "text/event-stream", authorization: `Bearer ${ROOT_TOKEN}` },
      }),
      env,
      createExecutionContext(),
    );
  // Whoever asks for the head alone takes no place.
  expect((await open("HEAD")).headers.get("content-type")).toBe("text/event-stream");
  const readers = await Promise.all(Array.from({ length: 50 }, async () => open()));
  expect(new Set(readers.map(({ status }) => status))).toEqual(new Set([200]));
  const refused = await open();
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "30"]);
  await refused.body?.cancel();
  await readers[0]?.body?.cancel();
  const next = await open();
  expect(next.status).toBe(200);
  await Promise.all([...readers.slice(1), next].map(({ body }) => body?.cancel()));
});
