import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EditedHeaders } from "../../../src/decide/header/edited-headers.ts";
import type { HeaderTarget } from "../../../src/decide/header/headers.ts";

const name = fc.constantFrom("accept", "X-Role", "x-role", "X-A", "x-a", "x_a", "constructor", "__proto__");
const full = fc.constantFrom("1", "a, b", "ü", "text");
const value = fc.oneof(full, fc.constant(""));
type Step = readonly ["set" | "append", string, string] | readonly ["delete", string];
const stepWith = (text: fc.Arbitrary<string>): fc.Arbitrary<Step> =>
  fc.oneof(
    fc.tuple(fc.constantFrom("set" as const, "append" as const), name, text),
    fc.tuple(fc.constant("delete" as const), name),
  );
const steps = fc.array(stepWith(value), { maxLength: 12 });
/** The runtime's own cut blanks off ends, and joining with nothing leaves one. */
const fullSteps = fc.array(stepWith(full), { maxLength: 12 });
const sentWith = (text: fc.Arbitrary<string>) => fc.array(fc.tuple(name, text), { maxLength: 5 });

function walk<Fields extends HeaderTarget>(fields: Fields, all: readonly Step[]): Fields {
  for (const one of all) {
    if (one[0] === "delete") {
      fields.delete(one[1]);
    } else {
      fields[one[0]](one[1], one[2]);
    }
  }
  return fields;
}

const lower = (pairs: readonly (readonly [string, string])[]): Map<string, string> =>
  new Map(pairs.map(([key, text]) => [key.toLowerCase(), text]));
const sorted = (pairs: Iterable<[string, string]>): [string, string][] =>
  [...pairs].toSorted(([a], [b]) => (a < b ? -1 : 1));
const visited = (fields: EditedHeaders): [string, string][] => {
  const pairs: [string, string][] = [];
  fields.forEach((text, key) => pairs.push([key, text]));
  return pairs;
};

describe("A caller's headers with what the stages said", () => {
  it("are what the runtime's own would be, whatever is said", () => {
    fc.assert(
      fc.property(sentWith(value), steps, name, (came, all, asked) => {
        const edited = walk(new EditedHeaders(lower(came)), all);
        const headers = walk(new Headers([...lower(came)]), all);
        expect(sorted(visited(edited))).toEqual(sorted(headers));
        expect(sorted(Object.entries(edited.written() as Record<string, string>))).toEqual(sorted(headers));
        expect(edited.keys().toSorted()).toEqual([...headers.keys()].toSorted());
        expect([edited.get(asked), edited.has(asked)]).toEqual([headers.get(asked), headers.has(asked)]);
      }),
    );
  });

  it("are the same above headers that text cannot hold", () => {
    fc.assert(
      fc.property(sentWith(full), fullSteps, (came, all) => {
        const edited = walk(new EditedHeaders(new Headers([...lower(came)])), all);
        const headers = walk(new Headers([...lower(came)]), all);
        expect(sorted(visited(edited))).toEqual(sorted(headers));
        expect(sorted(edited.written() as Headers)).toEqual(sorted(headers));
      }),
    );
  });

  it("leave what the caller sent as it was", () => {
    const came = new Map([["x-a", "1"]]);
    const edited = new EditedHeaders(came);
    edited.edit({ set: [["X-A", "2"]], add: [["x-b", "3"]], remove: ["x-b"] });
    expect([...came]).toEqual([["x-a", "1"]]);
    expect(edited.written()).toEqual({ "x-a": "2" });
  });

  it("keep every line of a header that nobody edits", () => {
    const came = new Headers([
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
    ]);
    const written = new EditedHeaders(came).written();
    expect(written instanceof Headers && written.getSetCookie()).toEqual(["a=1", "b=2"]);
  });

  it.each([
    ["text", new Map([["host", "a.example"]])],
    ["the runtime's own", new Headers({ host: "a.example" })],
  ])("are edited apart once they were copied (%s)", (_title, came) => {
    const edited = new EditedHeaders(came);
    edited.set("x-a", "1");
    const copied = edited.copy();
    copied.delete("host");
    copied.set("x-a", "2");
    edited.set("x-b", "1");
    expect(sorted(visited(edited))).toEqual([
      ["host", "a.example"],
      ["x-a", "1"],
      ["x-b", "1"],
    ]);
    expect(visited(copied)).toEqual([["x-a", "2"]]);
  });

  it("hand over every name, also those that objects have of their own", () => {
    const edited = new EditedHeaders(new Map([["__proto__", "1"]]));
    edited.set("Constructor", "2");
    expect(Object.entries(edited.written() as Record<string, string>)).toEqual([
      ["__proto__", "1"],
      ["constructor", "2"],
    ]);
  });
});

it("Cookies are added as cookies, everything else as one more of a list", () => {
  const sent = lower([
    ["cookie", "a=1"],
    ["x-a", "1"],
  ]);
  const edited = new EditedHeaders(sent);
  edited.edit({
    add: [
      ["Cookie", "mesh=1"],
      ["cookie", "b=2"],
      ["x-a", "2"],
    ],
  });
  expect([edited.get("cookie"), edited.get("x-a")]).toEqual(["a=1; mesh=1; b=2", "1, 2"]);
  edited.delete("cookie");
  edited.append("cookie", "c=3");
  expect(edited.get("cookie")).toBe("c=3");
});
