// kubectl's label selectors, as a query parameter.
import { describe, expect, it } from "vitest";
import { parseLabelQuery } from "../../../src/control/http/label-query.ts";

const holds = (text: string, labels: Record<string, string>): boolean => {
  const parsed = parseLabelQuery(text);
  expect(parsed.ok).toBe(true);
  return parsed.ok && parsed.value(labels);
};

describe("a label selector", () => {
  it.each([
    ["team=shop", { team: "shop" }, true],
    ["team==shop", { team: "bank" }, false],
    ["team=", { team: "" }, true],
    ["team!=shop", {}, true],
    ["team!=shop", { team: "shop" }, false],
    ["team in (shop, bank)", { team: "bank" }, true],
    ["team in (shop)", {}, false],
    ["team notin (shop)", {}, true],
    ["team notin (shop)", { team: "shop" }, false],
    ["team", { team: "" }, true],
    ["!team", { team: "x" }, false],
    ["! team", {}, true],
    ["example.com/team=shop", { "example.com/team": "shop" }, true],
    ["team in (a,b),tier=gold", { team: "b", tier: "gold" }, true],
    ["team in (a,b),tier=gold", { team: "b" }, false],
    ["toString", {}, false],
  ])("%s of %j is %j", (text, labels, expected) => {
    expect(holds(text, labels)).toBe(expected);
  });

  it.each(["", ",", "a b", "=x", "a=b c", "a in b", "a in (b", "a,,b", "-a"])(
    "refuses %j, and says how to write one",
    (text) => {
      const parsed = parseLabelQuery(text);
      expect(parsed).toMatchObject({
        ok: false,
        refusal: {
          problem: "badParameter",
          errors: [{ pointer: "#/query/labelSelector", hint: expect.stringContaining("key in (a,b)") }],
        },
      });
    },
  );
});
