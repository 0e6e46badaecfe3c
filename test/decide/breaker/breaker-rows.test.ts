// What operators see of the breakers of one service: the fleet's, and those that isolates have of their own.
import { describe, expect, it } from "vitest";
import { breakerRows } from "../../../src/decide/breaker/breaker-rows.ts";
import { beginAttempt, endAttempt } from "../../../src/decide/breaker/choice.ts";
import { answerBreakers, newBreakerCoordinator } from "../../../src/decide/breaker/coordinator.ts";
import { applyBreakers, newIsolateBreakers, reportBreakers } from "../../../src/decide/breaker/isolate.ts";
import type { Circuit } from "../../../src/model/snapshot/circuit.ts";
import type { Endpoint } from "../../../src/model/snapshot/snapshot.ts";

const circuit: Circuit = {
  policy: "shop/guard",
  breaker: {
    windowMs: 10_000,
    minRequests: 100,
    failurePercent: 50,
    slowCallPercent: 80,
    openForMs: 5000,
    maxOpenForMs: 60_000,
    halfOpenRequests: 5,
  },
  slowCallMs: 100,
  outlier: null,
};
const only: Endpoint = {
  id: "a",
  address: { url: "http://a.example" },
  cluster: "default",
  version: null,
  weight: 1,
  priority: 0,
};

const fleet = newBreakerCoordinator();
const never = (): number => 0;
const isolateOf = (name: string) => {
  const breakers = newIsolateBreakers();
  return (calls: readonly boolean[], now: number): void => {
    for (const ok of calls) {
      endAttempt(breakers, beginAttempt(breakers, circuit, only, [only], now), ok, 1, now);
    }
    applyBreakers(breakers, answerBreakers(fleet, reportBreakers(breakers, name, now), now, never), now);
  };
};
const [first, second] = [isolateOf("one"), isolateOf("two")];
const held = (now: number) => breakerRows(fleet, now, never).map(({ state, held }) => [state, held]);
const fails = [false, false, false, false, false];

describe("an isolate's own breaker", () => {
  it("is told beside the fleet's, which stays closed, as long as it is open", () => {
    first(fails, 1000);
    second([true], 1000);
    expect(held(1500)).toEqual([["closed", { isolates: 1, until: 2000 }]]);
    expect(held(2000)).toEqual([["closed", undefined]]);
  });

  it("is counted with those of others", () => {
    first([false], 2100);
    second(fails, 2200);
    expect(held(2300)).toEqual([["closed", { isolates: 2, until: 4100 }]]);
  });

  it("is over once the isolate reports without it", () => {
    first([true], 4100);
    second([true], 4100);
    expect(held(4100)).toEqual([["closed", undefined]]);
  });
});
