// What `status` says of services by what was counted.
import { expect, it } from "vitest";
import type { LikelyCause, ServiceSignals } from "../../src/model/api/signals.ts";
import { signalTroubles, versionTroubles } from "../../src/status/signal-troubles.ts";

const NOW = Date.UTC(2026, 0, 1, 12);
const service = (state: ServiceSignals["state"], secondsAgo: number, likely: readonly Partial<LikelyCause>[] = []) =>
  ({
    namespace: "shop",
    name: "catalog",
    state,
    reasons: ["limits refused 90 requests"],
    since: new Date(NOW - secondsAgo * 1000).toISOString(),
    likely: likely.map((one) => ({ title: "", kind: "caller", at: null, score: 4, why: ["w (4)"], ...one })),
  }) as unknown as ServiceSignals;
const of = (one: ServiceSignals) => signalTroubles([one], NOW).map(({ severity, message }) => [severity, message]);

it("a client that limits hold back is a notice with its name and the limit's, and no problem of the mesh", () => {
  const title = "spiffe://m/ns/shop/app/crawler calls more often than RateLimitPolicy/shop/partners lets it";
  expect(of(service("degraded", 12, [{ title }]))).toEqual([
    ["notice", `limits refused 90 requests; likely: ${title} [w (4)]`],
  ]);
});

it("calls that are refused since a secret ended are a problem", () => {
  const found = of(service("degraded", 12, [{ kind: "key", title: "a secret of Application/shop/acme has ended" }]));
  expect(found).toEqual([["degraded", expect.stringContaining("a secret of Application/shop/acme has ended")]]);
});

it("what fails is down, and what has only begun, or cannot be told, is not told", () => {
  expect(of(service("failing", 12))).toEqual([["down", "limits refused 90 requests; no cause found"]]);
  expect(of(service("failing", 9))).toEqual([]);
  expect(of(service("unknown", 60))).toEqual([]);
});

const part = (name: string, requests: number, errors: number): object => ({
  name,
  signals: { requests, errors, errorPercent: (errors / requests) * 100 },
});

it("names a version that fails, beside the one that does not, and the revision that likely made it so", () => {
  const likely = [{ kind: "revision", title: "revision 7: update HTTPRoute/shop/split" }];
  const versions = [part("v1", 90, 0), part("v2", 10, 4)];
  expect(
    versionTroubles([{ ...service("healthy", 0), since: null, versions, likely } as unknown as ServiceSignals]),
  ).toEqual([
    {
      severity: "degraded",
      ref: "Service/shop/catalog",
      message:
        "version v2 fails: 40 % of its 10 requests, 0 % of version v1; likely: revision 7: update HTTPRoute/shop/split",
      since: null,
      command: "selvage top catalog -n shop --once",
    },
  ]);
});
