// Filters of a tail: the address, the question and the command say the same.
import { expect, it } from "vitest";
import {
  filterOf,
  isNarrow,
  tailLine,
  tailQuery,
  withFilter,
  withoutFilters,
} from "../../../src/dashboard/watch/tail-filter.ts";

const of = (query: string) => filterOf(new URLSearchParams(query));

it("asks what the address says, and nothing that it does not say", () => {
  expect(tailQuery(of("tab=live"))).toEqual({});
  expect(
    tailQuery(of("service=shop/orders&status=429&method=post&path=/svc/o&caller=anonymous&namespace=shop")),
  ).toEqual({
    namespace: "shop",
    service: "shop/orders",
    status: "429",
    method: "POST",
    path: "/svc/o",
    caller: "anonymous",
  });
});

it("says the command that shows the same", () => {
  expect(tailLine(of(""))).toBe("selvage tail");
  expect(tailLine(of("status=500&namespace=default"))).toBe("selvage tail -n default --errors");
  expect(tailLine(of("status=400&path=/a b&caller=it's"))).toBe(
    "selvage tail --status 400 --path '/a b' --caller 'it'\\''s'",
  );
});

it("knows whether anything is left out", () => {
  expect([isNarrow(of("tab=live&q=x")), isNarrow(of("caller=user"))]).toEqual([false, true]);
});

it("changes one of them in the address, and keeps the rest of it", () => {
  const query = new URLSearchParams("tab=live&path=/a&status=500");
  expect(withFilter(query, "path", "/b").toString()).toBe("tab=live&path=%2Fb&status=500");
  expect(withFilter(query, "path", "").toString()).toBe("tab=live&status=500");
  expect(withoutFilters(query).toString()).toBe("tab=live");
});
