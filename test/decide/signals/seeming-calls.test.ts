// Who seems to have called whom, by failed requests of one trace.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { seemingCalls } from "../../../src/decide/signals/seeming-calls.ts";

const failed = (trace: number, service: string, at: number, tookMs: number) => ({
  traceId: String(trace),
  service,
  at,
  tookMs,
});
const told = (requests: Parameters<typeof seemingCalls>[0]): unknown =>
  Object.fromEntries([...seemingCalls(requests)].map(([caller, calls]) => [caller, Object.fromEntries(calls)]));

it("follows a chain, link by link: the shortest request around another is its caller's", () => {
  const chain = [1, 2, 3].flatMap((trace) => [
    failed(trace, "shop/orders", trace * 1000, 100),
    failed(trace, "shop/payments", trace * 1000 + 10, 80),
    failed(trace, "bank/charges", trace * 1000 + 20, 50),
  ]);
  expect(told(chain)).toEqual({
    "shop/orders": { "shop/payments": { failed: 3, of: 3 } },
    "shop/payments": { "bank/charges": { failed: 3, of: 3 } },
  });
});

it("takes a call that is tried again for one, and needs most of the failures of a caller, three at least", () => {
  const pair = (trace: number) => [
    failed(trace, "shop/orders", 0, 100),
    failed(trace, "bank/charges", 10, 20),
    failed(trace, "bank/charges", 40, 20),
  ];
  const others = Array.from({ length: 4 }, (_, nth) => failed(100 + nth, "shop/orders", 0, 100));
  expect(told([1, 2].flatMap(pair))).toEqual({ "shop/orders": {} });
  expect(told([1, 2, 3].flatMap(pair))).toEqual({ "shop/orders": { "bank/charges": { failed: 3, of: 3 } } });
  expect(told([...[1, 2, 3].flatMap(pair), ...others])).toEqual({ "shop/orders": {} });
});

it("is no call what did not happen during the other, what led nowhere, and what a trace of everything says", () => {
  const apart = [1, 2, 3].flatMap((trace) => [
    failed(trace, "shop/orders", 0, 100),
    failed(trace, "bank/charges", 500, 20),
    failed(trace, "", 10, 20),
  ]);
  expect(told(apart)).toEqual({});
  const one = Array.from({ length: 300 }, (_, nth) =>
    failed(1, nth % 2 === 0 ? "shop/orders" : "bank/charges", 0, 300 - nth),
  );
  expect(told(one)).toEqual({});
});

it("names nobody as a caller of themselves, and nothing that was not there, whatever traces say", () => {
  const request = fc.record({
    traceId: fc.constantFrom("1", "2", "3", "4"),
    service: fc.constantFrom("", "a/a", "b/b", "c/c"),
    at: fc.integer({ min: 0, max: 300 }),
    tookMs: fc.integer({ min: 0, max: 300 }),
  });
  fc.assert(
    fc.property(fc.array(request, { maxLength: 60 }), (requests) => {
      const services = new Set<string>(requests.map(({ service }) => service));
      for (const [caller, calls] of seemingCalls(requests)) {
        for (const [callee, { failed, of }] of calls) {
          expect([callee === caller, services.has(callee), caller === "" || callee === ""]).toEqual([
            false,
            true,
            false,
          ]);
          expect(failed).toBeLessThanOrEqual(of);
        }
      }
    }),
  );
});
