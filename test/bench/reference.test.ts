// What a variant is measured against: the same pass-through, with that variant's own headers.
import { expect, it } from "vitest";
import { asBare, paired } from "../../bench/reference.ts";
import { get } from "../../bench/variant.ts";

const upstream = "127.0.0.1:9";
const subject = (port: number, requests: readonly string[]) => ({ port, pids: [port], requests });
const bare = subject(1, [get(upstream, "/orders/17")]);

it("takes a request to the service itself, with everything else as it is", () => {
  const request = get("host-1.bench.test", "/api/1", { authorization: "Bearer x" });
  expect(asBare(request, upstream)).toBe(get(upstream, "/api/1", { authorization: "Bearer x" }));
});

it("has the pass-through itself for variants whose requests have no header of their own", () => {
  const route = subject(2, [get("host-1.bench.test", "/api/1")]);
  expect(paired([bare, route], upstream)).toEqual({ targets: [bare, route], against: [0, 0] });
});

it("has one target more for each kind of headers, at the pass-through's port", () => {
  const token = (value: string) => [get("host-1.bench.test", "/api/1", { authorization: `Bearer ${value}` })];
  const [jwt, authorization, longer] = [subject(2, token("abc")), subject(3, token("xyz")), subject(4, token("abcd"))];
  const { targets, against } = paired([bare, jwt, authorization, longer], upstream);
  expect(against).toEqual([0, 4, 4, 5]);
  expect(targets.slice(4)).toEqual([
    { port: 1, pids: [1], requests: [get(upstream, "/api/1", { authorization: "Bearer abc" })] },
    { port: 1, pids: [1], requests: [get(upstream, "/api/1", { authorization: "Bearer abcd" })] },
  ]);
});

it("is nothing for nobody", () => {
  expect(paired([], upstream)).toEqual({ targets: [], against: [] });
});
