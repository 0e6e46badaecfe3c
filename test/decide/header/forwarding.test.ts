import { describe, expect, it } from "vitest";
import { endpointUrl } from "../../../src/decide/balance/endpoint-url.ts";
import { planFilters } from "../../../src/decide/route/filter-plan.ts";
import { EditedHeaders } from "../../../src/decide/header/edited-headers.ts";
import { forwardingEdit, type ForwardingFacts } from "../../../src/decide/header/forwarding.ts";
import { receivesOf } from "../../../src/decide/header/receives.ts";
import { modifyHeaders } from "../../../src/decide/header/header-modifier.ts";
import { RECEIVABLE } from "../../../src/model/snapshot/receive.ts";
import type { Endpoint, Filter, ServiceEntry } from "../../../src/model/snapshot/snapshot.ts";

const facts: ForwardingFacts = {
  clientAddress: "203.0.113.7",
  host: "shop.example:8443",
  scheme: "https",
  prefix: "/svc/orders",
  requestId: "r-1",
  traceparent: null,
  tracestate: null,
  hops: 2,
  source: "anonymous",
};

const EVERYTHING = receivesOf({ receive: RECEIVABLE });

function edited(sent: Readonly<Record<string, string>>, said: ForwardingFacts, receives = EVERYTHING): EditedHeaders {
  const headers = new EditedHeaders(new Map(Object.entries(sent)));
  headers.edit(forwardingEdit(said, receives, () => 0.5));
  return headers;
}

describe("forwardingEdit", () => {
  it("writes what the mesh knows about the request", () => {
    const headers = edited({ "x-request-id": "old", accept: "*/*" }, facts);
    expect(headers.written()).toEqual({
      accept: "*/*",
      "selvage-hops": "3",
      "selvage-source": "anonymous",
      traceparent: `00-${"80000000".repeat(4)}-${"80000000".repeat(2)}-03`,
      "x-forwarded-for": "203.0.113.7",
      "x-forwarded-host": "shop.example:8443",
      "x-forwarded-prefix": "/svc/orders",
      "x-forwarded-proto": "https",
      "x-request-id": "r-1",
    });
  });

  it("writes no more than a service wants, by default neither the caller's name nor more than one word of hops", () => {
    const names = (receive?: ServiceEntry["receive"], said = facts): string[] =>
      Object.keys(edited({}, said, receivesOf(receive === undefined ? {} : { receive })).written()).toSorted();
    expect(names(undefined, { ...facts, prefix: "", hops: 0 })).toEqual([
      "traceparent",
      "x-forwarded-for",
      "x-forwarded-host",
      "x-forwarded-proto",
      "x-request-id",
    ]);
    expect(names([])).toEqual(["selvage-hops", "x-forwarded-prefix"]);
    for (const one of [
      "x-forwarded-for",
      "x-forwarded-host",
      "x-forwarded-proto",
      "x-request-id",
      "traceparent",
    ] as const) {
      expect(names([one], { ...facts, prefix: "", hops: 0 })).toEqual([one]);
    }
    expect(names(["selvage-source"], { ...facts, prefix: "", hops: 0 })).toEqual(["selvage-source"]);
  });

  it("leaves a trace and an id as they came where the service does not want the mesh's", () => {
    const sent = { traceparent: "00-x", tracestate: "a=1", "x-request-id": "theirs" };
    const headers = edited(sent, { ...facts, ...sent, requestId: "ours" }, receivesOf({ receive: [] }));
    expect(headers.written()).toMatchObject(sent);
  });

  it("leaves out what it does not know", () => {
    const headers = edited({}, { ...facts, clientAddress: null, prefix: "", hops: 0 });
    expect(headers.has("selvage-hops")).toBe(false);
    expect(headers.has("x-forwarded-for")).toBe(false);
    expect(headers.has("x-forwarded-prefix")).toBe(false);
  });

  it("continues the caller's trace", () => {
    const traceparent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
    const tracestate = "a=1 , b=2";
    const headers = edited({ tracestate }, { ...facts, traceparent, tracestate });
    expect(headers.get("traceparent")).toBe(`00-${"a".repeat(32)}-8000000080000000-01`);
    expect(headers.get("tracestate")).toBe("a=1,b=2");
  });

  it("drops a tracestate that belongs to no valid trace", () => {
    const headers = edited({ tracestate: "a=1" }, { ...facts, tracestate: "a=1" });
    expect(headers.has("tracestate")).toBe(false);
  });
});

describe("modifyHeaders", () => {
  it("sets, adds and removes, whatever the case of the name", () => {
    const headers = new Headers({ "x-set": "old", "x-add": "one", "x-remove": "1" });
    modifyHeaders(headers, {
      set: [["X-Set", "new"]],
      add: [
        ["X-Add", "two"],
        ["x-new", "1"],
      ],
      remove: ["X-Remove", "x-absent"],
    });
    expect(Object.fromEntries(headers)).toEqual({ "x-set": "new", "x-add": "one, two", "x-new": "1" });
  });

  it("does not touch the mesh's own words or the framing", () => {
    const headers = new Headers({ "selvage-source": "anonymous", "content-length": "3" });
    modifyHeaders(headers, {
      set: [["Selvage-Source", "forged"]],
      add: [["selvage-assertion", "forged"]],
      remove: ["content-length"],
    });
    expect(Object.fromEntries(headers)).toEqual({ "selvage-source": "anonymous", "content-length": "3" });
  });
});

describe("endpointUrl", () => {
  const at = (address: Endpoint["address"]): Endpoint => ({
    id: "a",
    address,
    cluster: "local",
    version: null,
    weight: 1,
    priority: 0,
  });

  it.each([
    ["http://a.example", "http://a.example/x?y"],
    ["http://a.example/", "http://a.example/x?y"],
    ["https://a.example:8443/base/", "https://a.example:8443/base/x?y"],
    ["https://a.example/base", "https://a.example/base/x?y"],
  ])("puts the path behind %s", (url, expected) => {
    expect(endpointUrl(at({ url }), "http://caller.example", "/x", "?y")).toBe(expected);
  });

  it("gives a service binding the caller's own host", () => {
    expect(endpointUrl(at({ binding: "ORDERS" }), "https://caller.example", "/x", "")).toBe("https://caller.example/x");
  });
});

describe("planFilters", () => {
  const modifier = { set: [], add: [], remove: [] } as const;
  const rewrite = (hostname: string): Filter => ({ type: "URLRewrite", hostname, path: null });

  it("sorts filters by what they do, in their order", () => {
    const filters: Filter[] = [
      { type: "RequestHeaderModifier", ...modifier },
      rewrite("rule.example"),
      { type: "ResponseHeaderModifier", ...modifier },
      { type: "RequestHeaderModifier", ...modifier, remove: ["x"] },
      rewrite("backend.example"),
      { type: "Unsupported", name: "FaultPolicy/x", message: "later" },
    ];
    const plan = planFilters(filters);
    expect(plan.requestModifiers).toEqual([filters[0], filters[3]]);
    expect(plan.responseModifiers).toEqual([filters[2]]);
    expect(plan.rewrite?.hostname).toBe("backend.example");
    expect(plan.unsupported?.message).toBe("later");
    expect(plan).toMatchObject({ cors: null, redirect: null, mirrors: [], externalAuths: [] });
  });

  it("shares one empty plan between all rules without filters, and never fills it", () => {
    planFilters([{ type: "RequestMirror", target: { service: "a/b", version: null }, numerator: 1, denominator: 1 }]);
    expect(planFilters([]).mirrors).toEqual([]);
    expect(planFilters([])).toBe(planFilters([]));
  });
});
