// One reader's feed: all of an answer first, then what changed, and nothing that the reader may not see.
import { describe, expect, it } from "vitest";
import { Feed, RIGHT_ENDED, type Room } from "../../../src/control/live/feed.ts";
import type { LiveMessage } from "../../../src/model/api/live.ts";

type Answer = { readonly status?: number; readonly body: unknown };

function feedOf(answers: Record<string, Answer>, room: Room = { left: 1_000_000 }) {
  const asked: string[] = [];
  const notBefore: number[] = [];
  let now = 1_000_000;
  const feed = new Feed({
    room,
    now: () => now,
    read: (path, since) => {
      asked.push(path);
      notBefore.push(since);
      const { status = 200, body } = answers[path] ?? { status: 404, body: {} };
      return Promise.resolve({ status, length: JSON.stringify(body).length, value: structuredClone(body) });
    },
  });
  const step = async (ms = 1_000): Promise<readonly LiveMessage[]> => {
    now += ms;
    const told = await feed.step();
    return told === RIGHT_ENDED ? [] : told;
  };
  return { feed, asked, notBefore, step };
}
const follow = (...paths: string[]): string => JSON.stringify({ follow: paths });
const stats = (requests: number) => ({ body: { window: { seconds: 900 }, total: { requests }, pad: "x".repeat(200) } });

it("tells all of an answer first, then what changed, and that nothing did", async () => {
  const answers: Record<string, Answer> = { "/stats": stats(1) };
  const { feed, step } = feedOf(answers);
  expect(feed.follow(follow("/stats"))).toBe(true);
  expect(await step()).toMatchObject([{ event: "snapshot", path: "/stats", value: { total: { requests: 1 } } }]);
  expect(await step()).toEqual([]);
  answers["/stats"] = stats(2);
  expect(await step(5_000)).toMatchObject([
    { event: "delta", patch: [{ op: "replace", path: "/total/requests", value: 2 }] },
  ]);
  expect(await step(5_000)).toMatchObject([{ event: "delta", patch: [] }]);
});

it("tells all of it again where what changed would be longer", async () => {
  const answers: Record<string, Answer> = { "/stats": { body: { a: 1 } } };
  const { feed, step } = feedOf(answers);
  feed.follow(follow("/stats"));
  await step();
  answers["/stats"] = { body: { b: 2 } };
  expect(await step(5_000)).toMatchObject([{ event: "snapshot", value: { b: 2 } }]);
});

it("holds no more than there is room for: what is beyond is told whole each time", async () => {
  const room = { left: 400 };
  const { feed, step } = feedOf({ "/stats": stats(1), "/graph": stats(1) }, room);
  feed.follow(follow("/stats", "/graph"));
  await step();
  await step();
  const left = room.left;
  expect(left).toBeLessThan(200);
  expect(await step(4_000)).toMatchObject([{ event: "delta", path: "/stats" }]);
  expect(await step()).toMatchObject([{ event: "snapshot", path: "/graph" }]);
  expect(room.left).toBe(left);
});

it("gives the room back for what is not followed any more, is refused, or when it is over", async () => {
  const room = { left: 1_000 };
  const answers: Record<string, Answer> = { "/stats": stats(1), "/graph": stats(1) };
  const { feed, step } = feedOf(answers, room);
  feed.follow(follow("/stats"));
  await step();
  feed.follow(follow("/graph"));
  expect(room.left).toBe(1_000);
  await step();
  answers["/graph"] = { status: 403, body: {} };
  await step(5_000);
  expect(room.left).toBe(1_000);
  feed.follow(follow("/stats"));
  const late = step();
  feed.close();
  await late;
  expect(room.left).toBe(1_000);
});

it("marks the gap when it was late", async () => {
  const { feed, step } = feedOf({ "/stats": stats(1) });
  feed.follow(follow("/stats"));
  await step();
  expect(await step(20_000)).toMatchObject([{ event: "gap", seconds: 20 }, { event: "delta" }]);
});

it("reads once a second at most, and never what is no read", async () => {
  const { feed, asked, step } = feedOf({ "/stats": stats(1), "/graph": stats(1) });
  feed.follow(follow("/stats", "/graph", "/apply", "/tail"));
  await step();
  expect(asked).toEqual(["/stats"]);
  for (let nth = 0; nth < 30; nth++) {
    await step(1);
  }
  expect(asked).toEqual(["/stats", "/graph"]);
});

it("goes on from what it told when the reader follows more", async () => {
  const { feed, step } = feedOf({ "/stats": stats(1), "/graph": stats(1) });
  feed.follow(follow("/stats"));
  await step();
  feed.follow(follow("/stats", "/graph"));
  expect(await step()).toMatchObject([{ event: "snapshot", path: "/graph" }]);
  expect(await step(4_000)).toMatchObject([{ event: "delta", path: "/stats" }]);
});

/** A reader follows two reads, and the mesh has another revision at the next one. */
async function feedOverAChange(): Promise<ReturnType<typeof feedOf>> {
  const revisions = (revision: number) => ({ body: { items: [], nextCursor: null, revision } });
  const answers: Record<string, Answer> = { "/revisions": revisions(1), "/resources": { body: { items: [] } } };
  const reader = feedOf(answers);
  reader.feed.follow(follow("/revisions", "/resources"));
  await reader.step();
  await reader.step();
  answers["/revisions"] = revisions(2);
  await reader.step(5_000);
  await reader.step();
  return reader;
}

it("reads everything before its time when the mesh has another revision", async () => {
  const { asked } = await feedOverAChange();
  expect(asked).toEqual(["/revisions", "/resources", "/revisions", "/resources"]);
});

it("wants nothing that was read before the mesh was another, or before the reader wrote", async () => {
  const { feed, notBefore, step } = await feedOverAChange();
  expect(notBefore).toEqual([0, 0, 0, 1_007_000]);
  feed.follow(JSON.stringify({ follow: ["/resources"], anew: true }));
  await step(30_000);
  expect(notBefore.at(-1)).toBe(1_008_000);
});

describe("what may not be told", () => {
  it("is said once, with the status", async () => {
    const { feed, asked, step } = feedOf({ "/tokens": { status: 403, body: {} } });
    feed.follow(follow("/tokens"));
    expect(await step()).toMatchObject([{ event: "refused", path: "/tokens", status: 403 }]);
    await step(60_000);
    expect(asked).toEqual(["/tokens"]);
  });

  it("is what is too large to compare", async () => {
    const { feed, step } = feedOf({ "/catalog": { body: "x".repeat(1_000_001) } });
    feed.follow(follow("/catalog"));
    expect(await step()).toMatchObject([{ event: "refused", status: 413 }]);
  });

  it("ends the feed when the right has ended", async () => {
    const { feed } = feedOf({ "/stats": { status: 401, body: {} } });
    feed.follow(follow("/stats"));
    expect(await feed.step()).toBe(RIGHT_ENDED);
  });

  it("is tried again after a failure of ours", async () => {
    const answers: Record<string, Answer> = { "/stats": { status: 503, body: {} } };
    const { feed, step } = feedOf(answers);
    feed.follow(follow("/stats"));
    expect(await step()).toEqual([]);
    answers["/stats"] = stats(1);
    expect(await step(5_000)).toMatchObject([{ event: "snapshot" }]);
  });
});

it("takes no other message", () => {
  const { feed } = feedOf({});
  for (const message of ["", "{", "[]", '{"follow":"/stats"}', JSON.stringify({ follow: Array(41).fill("/stats") })]) {
    expect(feed.follow(message), message.slice(0, 30)).toBe(false);
  }
});
