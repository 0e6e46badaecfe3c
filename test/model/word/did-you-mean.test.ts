import { expect, it } from "vitest";
import { didYouMean } from "../../../src/model/word/did-you-mean.ts";

const fields = ["parentRefs", "hostnames", "rules", "useDefaultGateways"];

it.each([
  ["hostname", "hostnames"],
  ["hostanmes", "hostnames"],
  ["HOSTNAMES", "hostnames"],
  ["parentRef", "parentRefs"],
  ["rule", "rules"],
  ["ruels", "rules"],
  ["useDefault", "useDefaultGateways"],
])("takes %s for %s", (word, meant) => {
  expect(didYouMean(word, fields)).toBe(meant);
});

it.each(["", "x", "timeouts", "spec", "host-and-names", "r".repeat(100)])("guesses nothing for %j", (word) => {
  expect(didYouMean(word, fields)).toBeNull();
});

it("prefers the nearest of several", () => {
  expect(didYouMean("Exat", ["PathPrefix", "Exact", "Exit"])).toBe("Exact");
  expect(didYouMean("v2", ["v1", "v2beta"])).toBe("v1");
});
