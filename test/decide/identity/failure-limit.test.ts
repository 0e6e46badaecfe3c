import { expect, it } from "vitest";
import { failureWait, newFailureLimits, noteFailure } from "../../../src/decide/identity/failure-limit.ts";

const NOW = 1_795_392_000_000;

it("after twenty failures from an address the next waits until three seconds have passed", () => {
  const limits = newFailureLimits();
  for (let nth = 0; nth < 20; nth++) {
    expect(failureWait(limits, "192.0.2.1", NOW)).toBe(0);
    noteFailure(limits, "192.0.2.1", NOW);
  }
  expect(failureWait(limits, "192.0.2.1", NOW)).toBe(3000);
  expect(failureWait(limits, "198.51.100.1", NOW)).toBe(0);
  expect(failureWait(limits, "192.0.2.1", NOW + 3000)).toBe(0);
});

it("an IPv6 address counts by its /64", () => {
  const limits = newFailureLimits();
  for (let nth = 0; nth < 20; nth++) {
    noteFailure(limits, `2001:db8:0:1::${nth}`, NOW);
  }
  expect(failureWait(limits, "2001:db8:0:1:ffff::1", NOW)).toBe(3000);
  expect(failureWait(limits, "2001:db8:0:2::1", NOW)).toBe(0);
});

it("an address that nobody knows is nobody's", () => {
  const limits = newFailureLimits();
  for (let nth = 0; nth < 100; nth++) {
    noteFailure(limits, null, NOW);
  }
  expect(failureWait(limits, null, NOW)).toBe(0);
});

it("twenty thousand addresses take no more room than ten thousand", () => {
  const limits = newFailureLimits();
  for (let nth = 0; nth < 20_000; nth++) {
    noteFailure(limits, `10.0.${nth >> 8}.${nth & 255}`, NOW);
  }
  expect(limits.size).toBe(10_000);
});
