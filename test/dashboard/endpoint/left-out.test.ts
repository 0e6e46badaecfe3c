import { expect, it } from "vitest";
import { leftOutOf } from "../../../src/dashboard/endpoint/left-out.ts";
import type { ServiceBreakers } from "../../../src/model/api/breakers.ts";

const UNTIL = "2026-11-30T12:00:05Z";
const breaker = (more: object): object => ({
  policy: "shop/p",
  target: "endpoint",
  name: "one",
  state: "closed",
  until: null,
  ejectedUntil: null,
  ...more,
});
const NOW = Date.parse(UNTIL) - 5_000;
const of = (...breakers: readonly object[]) =>
  Object.fromEntries(leftOutOf([{ namespace: "shop", service: "pay", breakers } as unknown as ServiceBreakers], NOW));

it("an endpoint that is ejected, or whose breaker is open, gets no calls however healthy it is", () => {
  expect(
    of(
      breaker({}),
      breaker({ name: "two", ejectedUntil: UNTIL }),
      breaker({ name: "three", state: "open", until: UNTIL, ejectedUntil: UNTIL }),
      breaker({ name: "four", state: "half-open" }),
      breaker({ name: "five", ejectedUntil: "2026-11-30T11:59:59Z" }),
    ),
  ).toEqual({
    "shop/pay/two": { word: "ejected", until: UNTIL },
    "shop/pay/three": { word: "breaker open", until: UNTIL },
  });
});

it("a version's breaker is no endpoint's, though it is called like one", () => {
  expect(of(breaker({ target: "version", state: "open", until: UNTIL }))).toEqual({});
});
