// The page's first answers: taken from the one read that its HTML has asked for, for a few seconds.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import {
  answersWritten,
  forgetOpening,
  openPage,
  pageIsOpen,
  sendFromPage,
} from "../../../src/dashboard/data/opening.ts";

const OVERVIEW = "/_selvage/v1/overview?window=15m";
const host = (path: string): URL => new URL(path, "http://mesh");
const asked: string[] = [];
let answers: Record<string, { readonly status: number; readonly value: unknown }>;

beforeEach(() => {
  vi.useFakeTimers();
  asked.length = 0;
  forgetOpening();
  answers = {};
  vi.stubGlobal("fetch", async (to: string | URL, init: RequestInit = {}) => {
    const path = String(to).replace("http://mesh", "");
    asked.push(`${init.method ?? "GET"} ${path} ${new Headers(init.headers).get("selvage-csrf") ?? ""}`.trim());
    const { status, value } = answers[path] ?? { status: 200, value: "from the network" };
    return Response.json(value, { status });
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const read = async (path: string): Promise<unknown> => {
  const response = await sendFromPage(host(path), { method: "GET" });
  return [response.status, await response.json()];
};

it("answers what was read already, refusals too, and asks for everything else", async () => {
  answers[OVERVIEW] = {
    status: 200,
    value: {
      answers: [
        { path: "/_selvage/v1/catalog", status: 200, value: { items: [1] } },
        { path: "/_selvage/v1/tokens", status: 403, value: { code: "SLV1003" } },
      ],
    },
  };
  openPage([OVERVIEW]);
  expect(await read("/_selvage/v1/catalog")).toEqual([200, { items: [1] }]);
  expect(await read("/_selvage/v1/tokens")).toEqual([403, { code: "SLV1003" }]);
  expect(await read("/_selvage/v1/catalog?view=consumers")).toEqual([200, "from the network"]);
  expect(asked).toEqual([`GET ${OVERVIEW}`, "GET /_selvage/v1/catalog?view=consumers"]);
});

it("holds them for five seconds, and not beyond a write", async () => {
  openPage(["/_selvage/v1/whoami"]);
  await pageIsOpen();
  await read("/_selvage/v1/whoami");
  expect(asked).toEqual(["GET /_selvage/v1/whoami"]);
  await sendFromPage(host("/_selvage/v1/apply"), { method: "POST" });
  await read("/_selvage/v1/whoami");
  expect(asked.slice(1)).toEqual(["POST /_selvage/v1/apply 1", "GET /_selvage/v1/whoami"]);
  openPage(["/_selvage/v1/whoami"]);
  await vi.advanceTimersByTimeAsync(5_001);
  await read("/_selvage/v1/whoami");
  expect(asked.length).toBe(5);
});

it("knows that nobody is signed in without asking once more", async () => {
  answers[OVERVIEW] = { status: 401, value: { code: "SLV1001" } };
  openPage([OVERVIEW]);
  expect(await read("/_selvage/v1/whoami")).toEqual([401, { code: "SLV1001" }]);
  expect(asked).toEqual([`GET ${OVERVIEW}`]);
});

it("waits a moment for them, and asks alone for what it needs where they do not come", async () => {
  const network = fetch;
  vi.stubGlobal("fetch", (to: string | URL, init: RequestInit) =>
    String(to) === OVERVIEW ? new Promise(() => undefined) : network(to, init),
  );
  openPage([OVERVIEW]);
  const asking = read("/_selvage/v1/whoami");
  await vi.advanceTimersByTimeAsync(1_400);
  expect(asked).toEqual([]);
  await vi.advanceTimersByTimeAsync(200);
  expect(await asking).toEqual([200, "from the network"]);
});

it("asks as before where the first read cannot be had, or is refused", async () => {
  answers[OVERVIEW] = { status: 403, value: { code: "SLV1003" } };
  openPage([OVERVIEW]);
  expect(await read("/_selvage/v1/whoami")).toEqual([200, "from the network"]);
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no line")));
  openPage([OVERVIEW]);
  await expect(pageIsOpen()).resolves.toEqual(new Map());
});

it("takes what the document brought along, once, and asks only for the rest", async () => {
  const value = { answers: [{ path: "/_selvage/v1/catalog", status: 200, value: { items: ["written"] } }] };
  let removed = 0;
  const brought = answersWritten({ textContent: JSON.stringify(value), remove: () => (removed += 1) });
  expect(removed).toBe(1);
  openPage(["/_selvage/readyz"], brought ?? undefined);
  expect(await read("/_selvage/v1/catalog")).toEqual([200, { items: ["written"] }]);
  expect(await read("/_selvage/readyz")).toEqual([200, "from the network"]);
  expect(asked).toEqual(["GET /_selvage/readyz"]);
  expect(answersWritten(null)).toBeNull();
});

it("keeps what the document brought along where what it asks for beside does not come", async () => {
  vi.stubGlobal("fetch", () => new Promise(() => undefined));
  openPage(["/_selvage/readyz"], new Map([["/_selvage/v1/whoami", { status: 200, value: "mia" }]]));
  const asking = read("/_selvage/v1/whoami");
  await vi.advanceTimersByTimeAsync(1_600);
  expect(await asking).toEqual([200, "mia"]);
});
