import { expect, it } from "vitest";
import { StreamPlaces } from "../../../src/control/view/stream-places.ts";

it("are fifty, and each is given back once", () => {
  const places = new StreamPlaces();
  const ends = Array.from({ length: 50 }, () => places.take(0, 1000));
  expect(ends).not.toContain(null);
  expect(places.take(1, 1000)).toBeNull();
  ends[0]?.();
  ends[0]?.();
  expect(places.take(2, 1000)).not.toBeNull();
  expect(places.take(3, 1000)).toBeNull();
});

it("are free again when their streams would have ended, told or not", () => {
  const places = new StreamPlaces();
  const first = places.take(0, 1000);
  for (let nth = 1; nth < 50; nth += 1) {
    places.take(0, 2000);
  }
  expect(places.take(999, 1000)).toBeNull();
  expect(places.take(1000, 1000)).not.toBeNull();
  first?.();
  expect(places.take(1001, 1000)).toBeNull();
});
