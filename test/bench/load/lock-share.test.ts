// What is read of a profile's stacks: how many of them were inside the lock.
import { describe, expect, it } from "vitest";
import { shareOf } from "../../../bench/load/lock-share.ts";

const inside = ["  271e795 v8::Function::Call", "  34419d4 jsg::V8StackScope::runInV8StackImpl<x>", "  23b5fee serve"];
const outside = ["  23b5fee serve", "  0 [unknown]"];

describe("the share of stacks within a frame", () => {
  it("counts stacks, however deep they are", async () => {
    const lines = ["", ...inside, "", ...outside, "", ...outside, "", ...outside];
    expect(await shareOf(lines, "runInV8StackImpl")).toBe(0.25);
  });

  it("counts a stack once that enters the lock twice", async () => {
    expect(await shareOf([...inside, ...inside, "", ...outside, ""], "runInV8StackImpl")).toBe(0.5);
  });

  it("is nothing where there are no stacks", async () => {
    expect(await shareOf(["", ""], "runInV8StackImpl")).toBe(0);
  });
});
