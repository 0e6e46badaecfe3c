// CPU time out of /proc: the command's name may hold anything, also spaces and parentheses.
import { expect, it } from "vitest";
import { cpuMicros, cpuMicrosOf } from "../../bench/cpu.ts";

it("adds user and system time", () => {
  const stat = "4711 (workerd) S 1 4711 4711 0 -1 4194560 100 0 0 0 250 50 7 7 20 0 3 0 100 0 0";
  expect(cpuMicrosOf(stat, 100)).toBe(3_000_000);
});

it("is not confused by a name with spaces and parentheses", () => {
  const stat = "4711 (a) S 9 (b c) S 1 4711 4711 0 -1 4194560 100 0 0 0 1 2 7 7 20 0 3 0 100 0 0";
  expect(cpuMicrosOf(stat, 100)).toBe(30_000);
});

it("sees this process work", () => {
  const before = cpuMicros([process.pid]);
  let turns = 0;
  while (cpuMicros([process.pid]) === before) turns += 1;
  expect(turns).toBeGreaterThan(0);
});
