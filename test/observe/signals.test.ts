import { beforeEach, describe, expect, it } from "vitest";
import type { SignalLabels } from "../../src/model/message/signals.ts";
import { sized } from "../support/long.ts";
import { Signals, type Met } from "../../src/observe/signals.ts";

const NOW = Date.UTC(2026, 0, 1);
const endpoint = { id: "one" };
let signals: Signals;

const labelsOf = ({ service, route, caller, status, decision }: Met): SignalLabels => ({
  service,
  route,
  caller,
  status,
  decision,
  version: "v1",
  endpoint: "one",
  cluster: "eu",
  policy: "",
});

function end(more: Partial<Met>, tookMs = 3): void {
  const { met } = signals;
  Object.assign(met, {
    by: endpoint,
    caller: "anonymous",
    service: "shop/cart",
    route: "Service/shop/cart",
    status: 200,
    decision: "forwarded",
    ...more,
  });
  const row = signals.find(met) ?? signals.make(met, labelsOf(met));
  signals.count(row, tookMs, 1, NOW);
}

beforeEach(() => {
  signals = new Signals();
});

describe("Signals", () => {
  it("counts what is alike in one row, and everything else apart", () => {
    end({}, 3);
    end({}, 40);
    end({ status: 500 });
    end({ caller: "spiffe://mesh.local/ns/shop/sa/web" });
    end({ by: { id: "one" } });
    end({ route: "HTTPRoute/shop/cart/0" });
    expect(signals.size).toBe(5);
    const rows = signals.take();
    expect(rows.map(({ count }) => count).toSorted()).toEqual([1, 1, 1, 1, 2]);
    expect(rows.find(({ count }) => count === 2)).toEqual({
      ...labelsOf({
        ...signals.met,
        caller: "anonymous",
        route: "Service/shop/cart",
        status: 200,
      }),
      count: 2,
      sumMs: 43,
      tries: 2,
      buckets: [3, 1, 20, 1],
      // The slowest of them.
      exemplar: { at: NOW, ms: 40, requestId: "", traceId: null },
    });
  });

  it("begins anew with each batch, keeps rows that are in use and forgets the others", () => {
    end({});
    end({ status: 404 });
    expect(signals.since).toBe(NOW);
    expect(signals.take()).toHaveLength(2);
    expect(signals.since).toBeNull();
    expect(signals.take()).toEqual([]);
    expect(signals.size).toBe(0);
    end({});
    end({ status: 404 });
    signals.take();
    end({});
    expect(signals.size).toBe(2);
    expect(signals.take().map(({ count, status }) => [count, status])).toEqual([[1, 200]]);
    expect(signals.size).toBe(1);
  });

  it("takes a clock that went back for no time", () => {
    end({}, -5);
    expect(signals.take()[0]).toMatchObject({ sumMs: 0, buckets: [0, 1] });
  });

  it("stays small under ever new callers and routes, and counts each request", () => {
    const many = sized(100_000, 1_000_000);
    for (let nth = 0; nth < many; nth++) {
      end({ caller: `caller-${nth}`, by: "none" });
    }
    expect(signals.size).toBeLessThanOrEqual(201);
    for (let nth = 0; nth < many; nth++) {
      end({ route: `HTTPRoute/shop/r-${nth}/0`, by: `policy-${nth}`, service: `shop/s-${nth}` });
    }
    expect(signals.size).toBeLessThanOrEqual(4001);
    const rows = signals.take();
    expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(2 * many);
    const other = rows.filter(({ caller }) => caller === "_other");
    expect(other.reduce((sum, { count }) => sum + count, 0)).toBe(2 * many - 200 - (2000 - 201));
  });
});
