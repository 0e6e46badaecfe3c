import { expect, it } from "vitest";
import { SeenIds } from "../../src/verify/seen-ids.ts";

it("an id is first once, until it has expired", () => {
  const seen = new SeenIds();
  expect(seen.first("a", 1000, 0)).toBe("first");
  expect(seen.first("a", 1000, 999)).toBe("again");
  expect(seen.first("a", 3000, 1000)).toBe("first");
});

it("nothing is let in that cannot be remembered, and what was remembered stays so", () => {
  const seen = new SeenIds();
  for (let nth = 0; nth < 100_000; nth++) {
    seen.first(`id-${nth}`, 1000, 0);
  }
  expect([seen.first("one more", 1000, 500), seen.first("id-0", 1000, 500)]).toEqual(["full", "again"]);
  expect(seen.first("one more", 2000, 1000)).toBe("first");
});
