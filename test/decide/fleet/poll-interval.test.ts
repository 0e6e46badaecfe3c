// How often isolates may ask the mesh object.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { pollInterval } from "../../../src/decide/fleet/poll-interval.ts";

it("lets few isolates ask twice a second", () => {
  expect(pollInterval(0)).toBe(500);
  expect(pollInterval(1)).toBe(500);
  expect(pollInterval(250)).toBe(500);
});

it("keeps up to 900 isolates at 500 questions a second", () => {
  fc.assert(
    fc.property(fc.integer({ min: 250, max: 900 }), (isolates) => {
      expect((isolates * 1000) / pollInterval(isolates)).toBeLessThanOrEqual(500);
    }),
  );
});

it("never asks isolates to wait so long that they would have to check before they decide", () => {
  expect(pollInterval(1_000_000)).toBe(1800);
});
