import { expect, it } from "vitest";
import { addressWait, newAddressLimits, countAddress } from "../../../src/decide/identity/address-limit.ts";

const NOW = 1_795_392_000_000;

it("after twenty from an address the next waits until three seconds have passed", () => {
  const limits = newAddressLimits();
  for (let nth = 0; nth < 20; nth++) {
    expect(addressWait(limits, "192.0.2.1", NOW)).toBe(0);
    countAddress(limits, "192.0.2.1", NOW);
  }
  expect(addressWait(limits, "192.0.2.1", NOW)).toBe(3000);
  expect(addressWait(limits, "198.51.100.1", NOW)).toBe(0);
  expect(addressWait(limits, "192.0.2.1", NOW + 3000)).toBe(0);
});

it("an IPv6 address counts by its /64", () => {
  const limits = newAddressLimits();
  for (let nth = 0; nth < 20; nth++) {
    countAddress(limits, `2001:db8:0:1::${nth}`, NOW);
  }
  expect(addressWait(limits, "2001:db8:0:1:ffff::1", NOW)).toBe(3000);
  expect(addressWait(limits, "2001:db8:0:2::1", NOW)).toBe(0);
});

it("an address that nobody knows is nobody's", () => {
  const limits = newAddressLimits();
  for (let nth = 0; nth < 100; nth++) {
    countAddress(limits, null, NOW);
  }
  expect(addressWait(limits, null, NOW)).toBe(0);
});

it("twenty thousand addresses take no more room than ten thousand", () => {
  const limits = newAddressLimits();
  for (let nth = 0; nth < 20_000; nth++) {
    countAddress(limits, `10.0.${nth >> 8}.${nth & 255}`, NOW);
  }
  expect(limits.size).toBe(10_000);
});
