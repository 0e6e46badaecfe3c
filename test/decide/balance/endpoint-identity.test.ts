// What an endpoint is known by.
import { describe, expect, it } from "vitest";
import {
  endpointIdentity,
  groupMark,
  registeredKey,
  shownName,
  writtenIds,
} from "../../../src/decide/balance/endpoint-identity.ts";

const at = (url: string, version: string | null = null) => ({ address: { url }, version });
const a = at("https://a.example");
const b = at("https://b.example");

describe("endpoints of a document", () => {
  it("keep their ids when the list is reordered, shortened or lengthened", () => {
    const [idA, idB] = writtenIds("shop/orders", [a, b]);
    expect(writtenIds("shop/orders", [b, a])).toEqual([idB, idA]);
    expect(writtenIds("shop/orders", [b])).toEqual([idB]);
    expect(writtenIds("shop/orders", [at("https://c.example"), a, b]).slice(1)).toEqual([idA, idB]);
    expect(idA).toMatch(/^static-[0-9a-f]{12}$/);
  });

  it("are others at another address, in another version or another service", () => {
    const bound = { address: { binding: "A" }, version: null };
    const all = [
      ...writtenIds("shop/orders", [a, b, at("https://a.example", "v1"), at("http://a.example"), bound]),
      ...writtenIds("shop/stock", [a]),
    ];
    expect(new Set(all).size).toBe(6);
  });

  it("are the same however their address is written", () => {
    const spellings = ["https://a.example/", "HTTPS://A.example", "https://a.example:443"];
    for (const url of spellings) {
      expect(writtenIds("s/s", [at(url)])).toEqual(writtenIds("s/s", [a]));
    }
  });

  it("of one address are told apart by a number", () => {
    const [first = "", second, third] = writtenIds("s/s", [a, a, b]);
    expect([second, third]).toEqual([`${first}-2`, ...writtenIds("s/s", [b])]);
  });

  it("do not share ids by accident", () => {
    const many = Array.from({ length: 20_000 }, (_, index) => at(`http://10.0.${index >> 8}.${index & 255}:8080`));
    expect(new Set(writtenIds("s/s", many)).size).toBe(many.length);
  });
});

describe("endpoints that registered", () => {
  it("start clean under another address, and are shown by their name", () => {
    const key = registeredKey("s/s", { id: "pod-0", ...a });
    expect(registeredKey("s/s", { id: "pod-0", ...a })).toBe(key);
    expect(registeredKey("s/s", { id: "pod-0", ...b })).not.toBe(key);
    expect([shownName(`e:${key}`), shownName("v:v1.2"), shownName("v:")]).toEqual(["pod-0", "v1.2", ""]);
    expect([endpointIdentity({ id: "pod-0", key }), endpointIdentity({ id: "static-1" })]).toEqual([key, "static-1"]);
  });
});

it("a group is another one once all of it was replaced", () => {
  const one = (id: string) => ({ id, ...a, cluster: "default", weight: 1, priority: 0 });
  const mark = groupMark([one("m"), one("z")]);
  expect(groupMark([one("z"), one("m")])).toBe(mark);
  expect(groupMark([one("m"), one("n")])).toBe(mark);
  expect(groupMark([one("x"), one("y")])).not.toBe(mark);
  expect(groupMark([])).toBe("");
});
