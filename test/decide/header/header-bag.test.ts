import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HeaderBag, type HeaderFields } from "../../../src/decide/header/header-bag.ts";

const name = fc.constantFrom("accept", "X-Role", "x-role", "X-A", "x-a", "x_a", "constructor", "__proto__");
const value = fc.constantFrom("", "1", "a, b", "ü", "text");
type Step = readonly ["set" | "append", string, string] | readonly ["delete", string];
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constantFrom("set" as const, "append" as const), name, value),
  fc.tuple(fc.constant("delete" as const), name),
);

function walk(fields: HeaderFields, steps: readonly Step[]): HeaderFields {
  for (const one of steps) {
    if (one[0] === "delete") fields.delete(one[1]);
    else fields[one[0]](one[1], one[2]);
  }
  return fields;
}

const sorted = (fields: HeaderFields): [string, string][] => [...fields].toSorted(([a], [b]) => (a < b ? -1 : 1));

describe("A bag of headers", () => {
  it("holds what the runtime's own would hold, whatever is done to it", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), name, (steps, asked) => {
        const bag = walk(new HeaderBag(new Map()), steps);
        const headers = walk(new Headers(), steps);
        expect(sorted(bag)).toEqual(sorted(headers));
        expect([...bag.keys()].toSorted()).toEqual([...headers.keys()].toSorted());
        expect([bag.get(asked), bag.has(asked)]).toEqual([headers.get(asked), headers.has(asked)]);
        const visited: [string, string][] = [];
        bag.forEach((text, key) => visited.push([key, text]));
        expect(visited).toEqual([...bag]);
      }),
    );
  });

  it("hands over every name, also those that objects have of their own", () => {
    const bag = new HeaderBag(new Map([["__proto__", "1"]]));
    bag.set("Constructor", "2");
    expect(Object.entries(bag.toRecord())).toEqual([
      ["__proto__", "1"],
      ["constructor", "2"],
    ]);
  });

  it("can be copied into the runtime's own", () => {
    const copy = new Headers([...new HeaderBag(new Map([["x-a", "1"]]))]);
    expect([...copy]).toEqual([["x-a", "1"]]);
  });
});
