// What readers of a feed share: finished answers of the same read, for their second.
import { expect, it } from "vitest";
import { SharedReads } from "../../../src/control/live/shared-reads.ts";

const answer = (value: unknown, length = 10) => ({ status: 200, length, value });
const at = (now: number, notBefore = 0) => ({ now, notBefore });

it("gives an answer to others for the second in which its reading began", () => {
  const shared = new SharedReads();
  shared.keep("a", 5_000, answer("told"));
  expect(shared.take("a", at(5_999))?.value).toBe("told");
  expect(shared.take("a", at(6_000))).toBeNull();
  expect(shared.take("b", at(5_500))).toBeNull();
});

it("gives nothing that was read before the mesh was another", () => {
  const shared = new SharedReads();
  shared.keep("a", 5_000, answer("old"));
  expect(shared.take("a", at(5_100, 5_001))).toBeNull();
  expect(shared.take("a", at(5_100, 5_000))?.value).toBe("old");
});

it("keeps no refusal and no failure", () => {
  const shared = new SharedReads();
  shared.keep("a", 5_000, { status: 403, length: 2, value: {} });
  shared.keep("b", 5_000, { status: 503, length: 2, value: {} });
  expect([shared.take("a", at(5_100)), shared.take("b", at(5_100))]).toEqual([null, null]);
});

it("says that somebody is reading it, and does not wait for whoever was cut off", () => {
  const shared = new SharedReads();
  shared.begin("a", 5_000);
  expect(shared.isUnderWay("a", at(5_500))).toBe(true);
  expect(shared.isUnderWay("a", at(5_500, 5_400))).toBe(false);
  expect(shared.isUnderWay("a", at(6_000))).toBe(false);
  shared.begin("a", 7_000);
  shared.end("a");
  expect(shared.isUnderWay("a", at(7_001))).toBe(false);
});

it("holds four million characters at most, and forgets what is older than its second", () => {
  const shared = new SharedReads();
  for (let nth = 0; nth < 5; nth++) {
    shared.keep(String(nth), 5_000, answer(nth, 1_000_000));
  }
  expect([0, 1, 2, 3, 4].map((nth) => shared.take(String(nth), at(5_001))?.value ?? null)).toEqual([0, 1, 2, 3, null]);
  shared.keep("later", 6_000, answer("later", 1_000_000));
  expect(shared.take("later", at(6_001))?.value).toBe("later");
  shared.clear();
  expect(shared.take("later", at(6_001))).toBeNull();
});
