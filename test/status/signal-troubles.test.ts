// What `status` says of services by what was counted.
import { expect, it } from "vitest";
import { deniedTroubles, versionTroubles } from "../../src/status/signal-troubles.ts";
import type { ServiceSignals } from "../../src/model/api/signals.ts";

const service = (more: object): ServiceSignals =>
  ({
    namespace: "shop",
    name: "orders",
    since: null,
    likely: [],
    versions: [],
    signals: { denied: 0, requests: 0 },
    ...more,
  }) as unknown as ServiceSignals;
const part = (name: string, requests: number, errors: number): object => ({
  name,
  signals: { requests, errors, errorPercent: (errors / requests) * 100 },
});

it("names a version that fails, beside the one that does not, and the revision that likely made it so", () => {
  const likely = [{ kind: "revision", title: "revision 7: update HTTPRoute/shop/split" }];
  const versions = [part("v1", 90, 0), part("v2", 10, 4)];
  expect(versionTroubles([service({ versions, likely })])).toEqual([
    {
      severity: "degraded",
      ref: "Service/shop/orders",
      message:
        "version v2 fails: 40 % of its 10 requests, 0 % of version v1; likely: revision 7: update HTTPRoute/shop/split",
      since: null,
      command: "selvage top orders -n shop --once",
    },
  ]);
});

it("tells of callers that are turned away in numbers, and not of a stranger now and then", () => {
  const told = (denied: number, requests: number) => deniedTroubles([service({ signals: { denied, requests } })]);
  expect(told(12, 60)).toMatchObject([
    { severity: "notice", message: expect.stringMatching(/^12 of 60 requests are turned away/) },
  ]);
  expect([told(9, 9), told(19, 1000), told(0, 0)]).toEqual([[], [], []]);
});
