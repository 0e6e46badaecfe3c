// A tail that lasts: it goes on where it was, waits longer each time, marks what was missed, and ends with the right.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { ApiClient, Failure } from "../../../src/cli/session/client.ts";
import { followTail, type TailState } from "../../../src/dashboard/watch/tail-stream.ts";

type Opened = Awaited<ReturnType<ApiClient["stream"]>>;
const failure = (status: number | null): Opened => ({
  ok: false,
  failure: { status, message: "no", exitCode: 1 } as Failure,
});
const event = (id: string, requestId: string): string =>
  `event: request\nid: ${id}\ndata: ${JSON.stringify({ requestId })}\n\n`;
const METER = `event: meter\nid: 9\ndata: {"shown":1,"live":true,"matched":3,"dropped":2}\n\n`;

/** A stream that tells some texts, each after a while, and then ends; silent = it never ends by itself. */
function streamed(pieces: readonly string[], { afterMs = 1_000, isSilent = false } = {}, signal: AbortSignal): Opened {
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      signal.addEventListener("abort", () => controller.error(new Error("ended")));
      for (const piece of pieces) {
        await new Promise((resolve) => setTimeout(resolve, afterMs));
        controller.enqueue(new TextEncoder().encode(piece));
      }
      if (!isSilent) {
        controller.close();
      }
    },
  });
  return { ok: true, body };
}

let ending: AbortController;
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  ending.abort();
  vi.useRealTimers();
});

function followed(answers: readonly ((signal: AbortSignal) => Opened)[], from?: { cursor: string; at: number }) {
  ending = new AbortController();
  const seen = { asked: [] as object[], told: [] as string[], states: [] as TailState[], waits: [] as number[] };
  const left = [...answers];
  const meters: unknown[] = [];
  const ended = followTail(
    { query: { status: "500" }, ...(from === undefined ? {} : { from }) },
    {
      stream: (path, query, signal) => {
        seen.asked.push({ path, ...query });
        return Promise.resolve((left.shift() ?? (() => failure(403)))(signal));
      },
      now: Date.now,
      wait: (ms) => {
        seen.waits.push(ms);
        return new Promise((resolve) => setTimeout(resolve, ms));
      },
      onTold: (one) => seen.told.push("receipt" in one ? one.receipt.requestId : one.mark),
      onMeter: (one) => meters.push(one),
      onState: (state) => seen.states.push(state),
    },
    ending.signal,
  );
  return { ...seen, meters, ended, words: () => seen.states.map(({ is }) => is) };
}

it("tells requests and meters, and goes on from the last cursor when the mesh ends the stream", async () => {
  const pieces = [event("5", "a"), METER, ...Array<string>(6).fill(METER)];
  const { ended, asked, told, meters, words } = followed([(signal) => streamed(pieces, {}, signal)]);
  await vi.advanceTimersByTimeAsync(10_000);
  await ended;
  expect(told).toEqual(["a"]);
  expect(meters[0]).toEqual({ shown: 1, live: true, matched: 3, dropped: 2 });
  expect(asked).toEqual([
    { path: "/tail", status: "500" },
    { path: "/tail", status: "500", cursor: "9" },
  ]);
  expect(words()).toEqual(["connecting", "live", "refused"]);
});

it("waits longer each time while nobody answers, and marks the gap when somebody does", async () => {
  const answers = [
    (signal: AbortSignal) => streamed(Array<string>(6).fill(METER), {}, signal),
    ...[null, 503, 429, 500, null, null].map((status) => () => failure(status)),
    (signal: AbortSignal) => streamed([event("12", "b")], {}, signal),
  ];
  const { told, waits, words } = followed(answers);
  await vi.advanceTimersByTimeAsync(70_000);
  expect(waits.slice(0, 6)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000]);
  expect(told).toEqual(["nothing was heard for 61 s; what was kept meanwhile follows, the rest is not known", "b"]);
  expect(words().slice(0, 4)).toEqual(["connecting", "live", "broken", "broken"]);
});

it("takes a silence for a break", async () => {
  const { waits, words } = followed([(signal) => streamed([METER], { isSilent: true }, signal)]);
  await vi.advanceTimersByTimeAsync(10_900);
  expect(words()).toEqual(["connecting", "live"]);
  await vi.advanceTimersByTimeAsync(200);
  expect(words()).toEqual(["connecting", "live", "broken"]);
  expect(waits).toEqual([1_000]);
});

it("does not ask at full speed where each stream ends at once", async () => {
  const { asked } = followed(Array(50).fill((signal: AbortSignal) => streamed([], { afterMs: 0 }, signal)));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked.length).toBeLessThanOrEqual(11);
});

it("asks nobody again who says no, and says why", async () => {
  const { ended, asked, states } = followed([() => failure(401)]);
  await ended;
  expect(asked).toHaveLength(1);
  expect(states.at(-1)).toMatchObject({ is: "refused", failure: { status: 401 } });
});

it("marks what was not looked at when it is followed once more, and says where it was left", async () => {
  const left = { cursor: "7", at: Date.now() - 60_000 };
  const { ended, asked, told } = followed([(signal) => streamed([METER], { isSilent: true }, signal)], left);
  await vi.advanceTimersByTimeAsync(1_500);
  ending.abort();
  await vi.advanceTimersByTimeAsync(0);
  expect(await ended).toMatchObject({ cursor: "9" });
  expect(asked).toEqual([{ path: "/tail", status: "500", cursor: "7" }]);
  expect(told[0]).toMatch(/nothing was heard for 60 s/);
});
