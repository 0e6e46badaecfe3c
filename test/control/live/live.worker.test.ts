// GET /live: who is told what, over a real WebSocket.
import { env } from "cloudflare:workers";
import { createExecutionContext } from "cloudflare:test";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import worker from "../../../src/index.ts";
import type { LiveMessage } from "../../../src/model/api/live.ts";
import { Store } from "../../../src/store/store.ts";
import { api, applied, FIRST_LOAD_MS, mint, ROOT_TOKEN, serviceYaml, tokenFor } from "../../support/worker/admin.ts";
import { HOST, OWN, sessionOf } from "../../support/worker/session.ts";
import { emptyRegistry } from "../../support/worker/registry.ts";

const open: WebSocket[] = [];

async function upgraded(headers: Record<string, string>, query = ""): Promise<Response> {
  const request = new Request(`${HOST}/_selvage/v1/live${query}`, { headers: { upgrade: "websocket", ...headers } });
  return worker.fetch(request, env, createExecutionContext());
}

async function listening(headers: Record<string, string>, query = "") {
  const { webSocket } = await upgraded(headers, query);
  if (webSocket === null) {
    throw new Error("no WebSocket came");
  }
  open.push(webSocket);
  const told: LiveMessage[] = [];
  let wake = (): void => undefined;
  const ended = new Promise<number>((resolve) => webSocket.addEventListener("close", ({ code }) => resolve(code)));
  webSocket.addEventListener("message", ({ data }) => {
    told.push(JSON.parse(String(data)) as LiveMessage);
    wake();
  });
  webSocket.accept();
  const next = async (is: (one: LiveMessage) => boolean): Promise<LiveMessage> => {
    for (;;) {
      const found = told.find(is);
      if (found !== undefined) {
        return found;
      }
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  return { ended, next, follow: (...paths: string[]) => webSocket.send(JSON.stringify({ follow: paths })) };
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
const isOf = (path: string) => (one: LiveMessage) => "path" in one && one.path === path;

beforeAll(async () => {
  await emptyRegistry();
  await applied(serviceYaml("orders", "watched") + serviceYaml("ledger", "bank"));
}, FIRST_LOAD_MS);
afterEach(() => open.splice(0).forEach((one) => one.close(1000)));

it("says what can be followed to whoever opens no WebSocket, and asks who it is", async () => {
  const { status, body } = await api("GET", "/live");
  expect(status).toBe(200);
  expect(body).toMatchObject({ most: 40, mostWatchers: 50, first: { event: "open", gapSeconds: null } });
  expect((await api("GET", "/live", { token: null })).status).toBe(401);
});

it("tells each reader what that reader would be answered", async () => {
  const own = await listening(bearer(await tokenFor("viewer", ["bank"])));
  own.follow("/catalog", "/tokens");
  const catalog = await own.next(isOf("/catalog"));
  const { items } = (catalog as { value: { items: { namespace: string }[] } }).value;
  expect(items.map(({ namespace }) => namespace)).toEqual(["bank"]);
  expect(await own.next(isOf("/tokens"))).toMatchObject({ event: "refused", status: 403 });
});

it("lets in a page of this host by its session, and nobody who only holds the cookie", async () => {
  const cookie = await sessionOf(ROOT_TOKEN);
  const { "sec-fetch-site": _, ...asChromium } = OWN;
  const page = await listening({ cookie, ...asChromium });
  page.follow("/revisions?limit=3");
  expect(await page.next(isOf("/revisions?limit=3"))).toMatchObject({ event: "snapshot" });
  expect((await upgraded({ cookie, origin: "https://evil.example" })).status).toBe(403);
  expect((await upgraded({ cookie })).status).toBe(403);
});

it("ends when the right ends", async () => {
  const { id, token } = await mint({ name: "short", role: "viewer" });
  const own = await listening(bearer(token));
  own.follow("/revisions?limit=3");
  await own.next(isOf("/revisions?limit=3"));
  expect((await api("DELETE", `/tokens/${id}`)).status).toBe(200);
  expect(await own.ended).toBe(4401);
});

it("ends when the session is left", async () => {
  const cookie = await sessionOf(ROOT_TOKEN);
  const page = await listening({ cookie, ...OWN });
  page.follow("/revisions?limit=3");
  await page.next(isOf("/revisions?limit=3"));
  await worker.fetch(
    new Request(`${HOST}/_selvage/logout`, { method: "POST", headers: { cookie, ...OWN } }),
    env,
    createExecutionContext(),
  );
  expect(await page.ended).toBe(4401);
});

it("says how long a reader heard nothing", async () => {
  const since = new Date(Date.now() - 60_000).toISOString();
  const back = await listening(bearer(ROOT_TOKEN), `?since=${encodeURIComponent(since)}`);
  const first = (await back.next(({ event }) => event === "open")) as { gapSeconds: number };
  expect(Math.round(first.gapSeconds / 10)).toBe(6);
});

it("takes no other message", async () => {
  const one = await listening(bearer(ROOT_TOKEN));
  one.follow("x".repeat(501));
  expect(await one.ended).toBe(1008);
});

/** Reads of the registry's revisions that are made meanwhile. */
async function readsOf(act: () => Promise<void>): Promise<number> {
  const reads = vi.spyOn(Store.prototype, "revisions");
  try {
    await act();
    return reads.mock.calls.length;
  } finally {
    reads.mockRestore();
  }
}

it("reads once for fifty readers of the same rights, and judges each one's own", async () => {
  const { id, token } = await mint({ name: "one of many", role: "viewer" });
  const other = await mint({ name: "another", role: "viewer" });
  const readers = await Promise.all(
    Array.from({ length: 50 }, (_, nth) => listening(bearer(nth === 0 ? token : other.token))),
  );
  const path = "/revisions?limit=4";
  const reads = await readsOf(async () => {
    readers.forEach((one) => one.follow(path));
    const told = await Promise.all(readers.map((one) => one.next(isOf(path))));
    expect(new Set(told.map(({ event }) => event))).toEqual(new Set(["snapshot"]));
  });
  console.log(`50 readers of one feed: ${reads} reads`);
  expect(reads).toBeLessThanOrEqual(3);
  expect((await api("DELETE", `/tokens/${id}`)).status).toBe(200);
  readers.slice(0, 2).forEach((one) => one.follow("/revisions?limit=5"));
  expect(await readers[0]?.ended).toBe(4401);
  expect(await readers[1]?.next(isOf("/revisions?limit=5"))).toMatchObject({ event: "snapshot" });
});

it("shares nothing between readers of other rights", async () => {
  const path = "/catalog";
  const seen = async (namespaces: readonly string[] | undefined): Promise<string[]> => {
    const one = await listening(bearer(await tokenFor("viewer", namespaces)));
    one.follow(path);
    const { value } = (await one.next(isOf(path))) as { value: { items: { namespace: string }[] } };
    return value.items.map(({ namespace }) => namespace).toSorted();
  };
  expect(await Promise.all([["bank"], ["watched"], undefined].map(seen))).toEqual([
    ["bank"],
    ["watched"],
    ["bank", "watched"],
  ]);
});

it("holds fifty readers, and says when a fifty-first may come back", async () => {
  for (let nth = 0; nth < 50; nth++) {
    await listening(bearer(ROOT_TOKEN));
  }
  const refused = await upgraded(bearer(ROOT_TOKEN));
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "30"]);
  expect(await refused.json()).toMatchObject({ code: "SLV4001" });
});
