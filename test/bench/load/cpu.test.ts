// CPU time as the benchmarks read it.
import { expect, it } from "vitest";
import { cpuMicros, nanosOf } from "../../../bench/load/cpu.ts";

it("is the first number of a thread's scheduler statistics", () => {
  expect(nanosOf("1234567890 42 7\n")).toBe(1_234_567_890);
});

it("grows while this process works", () => {
  const before = cpuMicros([process.pid]);
  let sum = 0;
  for (let i = 0; i < 5_000_000; i += 1) {
    sum += Math.sqrt(i);
  }
  expect(sum).toBeGreaterThan(0);
  expect(cpuMicros([process.pid])).toBeGreaterThan(before);
});
