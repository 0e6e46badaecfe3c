import { expect, it } from "vitest";
import { failureWait, newFailureLimits, noteFailure, noteSuccess } from "../../../src/decide/identity/failure-limit.ts";

const NOW = 1_795_392_000_000;

it("after twenty failures of a client, or from an address, nothing is looked at until three seconds have passed", () => {
  const limits = newFailureLimits();
  for (let nth = 0; nth < 20; nth++) {
    expect(failureWait(limits, "web", "192.0.2.1", NOW)).toBe(0);
    noteFailure(limits, "web", "192.0.2.1", NOW);
  }
  expect(failureWait(limits, "web", "198.51.100.1", NOW)).toBe(3000);
  expect(failureWait(limits, "other", "192.0.2.1", NOW)).toBe(3000);
  expect(failureWait(limits, "other", "198.51.100.1", NOW)).toBe(0);
  expect(failureWait(limits, "web", "192.0.2.1", NOW + 3000)).toBe(0);
});

it("an IPv6 address counts by its /64", () => {
  const limits = newFailureLimits();
  for (let nth = 0; nth < 20; nth++) noteFailure(limits, `guess-${nth}`, `2001:db8:0:1::${nth}`, NOW);
  expect(failureWait(limits, "x", "2001:db8:0:1:ffff::1", NOW)).toBe(3000);
  expect(failureWait(limits, "x", "2001:db8:0:2::1", NOW)).toBe(0);
});

it("strangers cannot lock out a client at the address from which it was let in", () => {
  const limits = newFailureLimits();
  noteSuccess(limits, "web", "192.0.2.1", NOW);
  for (let nth = 0; nth < 1000; nth++) noteFailure(limits, "web", `198.51.100.${nth % 250}`, NOW);
  expect(failureWait(limits, "web", "198.51.100.7", NOW)).toBeGreaterThan(0);
  expect(failureWait(limits, "web", "192.0.2.1", NOW)).toBe(0);
  expect(failureWait(limits, "web", "192.0.2.1", NOW + 3_600_000)).toBe(0);
});

it("a hundred thousand made-up clients take no more room than ten thousand", () => {
  const limits = newFailureLimits();
  for (let nth = 0; nth < 100_000; nth++) noteFailure(limits, `id-${nth}`, null, NOW);
  expect(limits.busyUntil.size).toBe(10_000);
});

it("others at its address cannot lock out a client that was let in there", () => {
  const limits = newFailureLimits();
  noteSuccess(limits, "web", "192.0.2.1", NOW);
  for (let nth = 0; nth < 1000; nth++) noteFailure(limits, `guess-${nth}`, "192.0.2.1", NOW);
  expect(failureWait(limits, "web", "192.0.2.1", NOW)).toBe(0);
  expect(failureWait(limits, "other", "192.0.2.1", NOW)).toBeGreaterThan(0);
});
