import { afterEach, expect, it, vi } from "vitest";
import { guardedFetch } from "../../src/bounded/guarded-fetch.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const BOUNDS = { allowPrivate: false, timeoutMs: 1000, maxBytes: 4 };
const ADDRESS = "https://id.example.com/keys";

/** What is asked for is answered so; the requests are noted. */
function answering(answer: (init: RequestInit) => Response | Promise<Response>): RequestInit[] {
  const asked: RequestInit[] = [];
  vi.stubGlobal("fetch", async (_url: string, init: RequestInit) => {
    asked.push(init);
    return answer(init);
  });
  return asked;
}

it("reads an answer of 200, with the method, headers and body that were given, and follows no redirect", async () => {
  const asked = answering(() => new Response("four"));
  const wanted = { method: "POST", headers: { accept: "a/b" }, body: "x" };
  expect(await guardedFetch(ADDRESS, { ...BOUNDS, ...wanted })).toEqual({ ok: true, text: "four" });
  expect(asked).toEqual([{ ...wanted, redirect: "manual", signal: expect.any(AbortSignal) }]);
});

it.each([
  ["http://127.0.0.1/", "loopback"],
  ["http://169.254.169.254/", "link-local"],
  ["https://10.0.0.1/", "private"],
  ["file:///etc/passwd", "scheme"],
])("asks nobody where the address may not be reached: %s", async (url) => {
  const asked = answering(() => new Response("four"));
  expect(await guardedFetch(url, BOUNDS)).toMatchObject({ ok: false, why: "address" });
  expect(asked).toEqual([]);
});

it("reaches private addresses where they are allowed, and never link-local ones", async () => {
  answering(() => new Response("four"));
  expect(await guardedFetch("http://10.0.0.1/", { ...BOUNDS, allowPrivate: true })).toMatchObject({ ok: true });
  const metadata = await guardedFetch("http://169.254.169.254/", { ...BOUNDS, allowPrivate: true });
  expect(metadata).toMatchObject({ ok: false, why: "address" });
});

it.each([204, 302, 404, 500])("takes no status but 200: %i", async (status) => {
  answering(() => new Response(null, { status, headers: { location: "http://127.0.0.1/" } }));
  expect(await guardedFetch(ADDRESS, BOUNDS)).toEqual({
    ok: false,
    why: "status",
    status,
    message: `the address answered ${status}`,
  });
});

it("takes no more than was agreed, whatever length is declared", async () => {
  answering(() => new Response("more than four", { headers: { "content-length": "4" } }));
  expect(await guardedFetch(ADDRESS, BOUNDS)).toMatchObject({ ok: false, why: "too-large" });
});

it("gives up at the deadline, also in the middle of a body", async () => {
  vi.useFakeTimers();
  const slowBody = ({ signal }: RequestInit): Response => {
    const body = new ReadableStream({
      start: (controller) => signal?.addEventListener("abort", () => controller.error(new Error("aborted"))),
    });
    return new Response(body);
  };
  answering(slowBody);
  const waiting = guardedFetch(ADDRESS, BOUNDS);
  await vi.advanceTimersByTimeAsync(1000);
  expect(await waiting).toEqual({ ok: false, why: "late", message: "there was no answer within 1000 ms" });
});

it("tells no more of a failure than that there was one, and leaves no timer behind", async () => {
  vi.useFakeTimers();
  answering(() => Promise.reject(new Error("connect 10.1.2.3:443 refused")));
  expect(await guardedFetch(ADDRESS, BOUNDS)).toEqual({
    ok: false,
    why: "unreachable",
    message: "the address could not be reached",
  });
  expect(vi.getTimerCount()).toBe(0);
});
