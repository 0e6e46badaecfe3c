// What was wrong a moment ago stays in sight for a while.
import { expect, it } from "vitest";
import { inSteadyOrder, passedLately, type Passed } from "../../src/verdict/lately.ts";
import type { Trouble } from "../../src/status/trouble.ts";

const trouble = (ref: string, message = "fails"): Trouble => ({
  severity: "down",
  ref,
  message,
  since: null,
  command: null,
});

it("is told with its last words, until it is told anew or five minutes are over", () => {
  const memory = new Map<string, Passed>();
  expect(passedLately(memory, [trouble("Service/a/b")], 1_000)).toEqual([]);
  expect(passedLately(memory, [trouble("Service/a/b", "fails more")], 2_000)).toEqual([]);
  const gone = passedLately(memory, [trouble("Service/c/d")], 12_000);
  expect(gone).toEqual([{ trouble: trouble("Service/a/b", "fails more"), at: 2_000, firstAt: 1_000 }]);
  expect(passedLately(memory, [trouble("Service/a/b")], 20_000)).toMatchObject([{ trouble: { ref: "Service/c/d" } }]);
  expect(passedLately(memory, [], 400_000)).toEqual([]);
});

it("keeps the worst of what is told of one thing, and twenty things", () => {
  const memory = new Map<string, Passed>();
  passedLately(memory, [trouble("Service/a/b", "worst"), trouble("Service/a/b", "second")], 1_000);
  expect(passedLately(memory, [], 2_000)).toMatchObject([{ trouble: { message: "worst" } }]);
  passedLately(
    memory,
    Array.from({ length: 50 }, (_, nth) => trouble(`Service/x/${nth}`)),
    3_000,
  );
  expect(passedLately(memory, [], 4_000)).toHaveLength(20);
});

it("leaves cards where they are: the worst first, then those that were there first", () => {
  const memory = new Map<string, Passed>();
  passedLately(memory, [trouble("Service/a/late")], 1_000);
  const all = [trouble("Service/a/new"), trouble("Service/a/late"), trouble("Service/a/new", "second")];
  passedLately(memory, all, 2_000);
  const worse = { ...trouble("Service/a/worst"), severity: "down" } as const;
  const noticed = all.map((one): Trouble => Object.assign({}, one, { severity: "notice" as const }));
  const order = inSteadyOrder(memory, [...noticed, worse]).map((those) =>
    those.map(({ ref, message }) => [ref, message]),
  );
  expect(order).toEqual([
    [["Service/a/worst", "fails"]],
    [["Service/a/late", "fails"]],
    [
      ["Service/a/new", "fails"],
      ["Service/a/new", "second"],
    ],
  ]);
});
