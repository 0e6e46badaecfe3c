import { expect, it } from "vitest";
import { readLimited } from "../../src/bounded/read-limited.ts";

/** A stream of so many bytes for each chunk that notes what was taken of it. */
function stream(sizes: readonly number[]): { body: ReadableStream<Uint8Array>; taken: number[]; cancelled: unknown[] } {
  const taken: number[] = [];
  const cancelled: unknown[] = [];
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const size = sizes[taken.length];
        if (size === undefined) {
          return controller.close();
        }
        taken.push(size);
        return controller.enqueue(new Uint8Array(size).fill(taken.length));
      },
      cancel: (reason) => void cancelled.push(reason),
    },
    { highWaterMark: 0 },
  );
  return { body, taken, cancelled };
}

it("joins what came in pieces, up to the very limit", async () => {
  expect(await readLimited(stream([2, 1]).body, 3)).toEqual(Uint8Array.of(1, 1, 2));
  expect(await readLimited(stream([]).body, 0)).toEqual(new Uint8Array(0));
  expect(await readLimited(null, 0)).toEqual(new Uint8Array(0));
});

it("takes no more once there is too much, and cancels the rest", async () => {
  const { body, taken, cancelled } = stream([2, 2, 2, 2]);
  expect(await readLimited(body, 3)).toBeNull();
  expect(taken).toEqual([2, 2]);
  expect(cancelled).toEqual(["too large"]);
});

it("fails as the stream fails", async () => {
  const body = new ReadableStream<Uint8Array>({ pull: () => Promise.reject(new Error("broken")) });
  await expect(readLimited(body, 3)).rejects.toThrow("broken");
});
