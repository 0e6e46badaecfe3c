import { expect, it } from "vitest";
import type { LikelyCause, ServiceSignals } from "../../src/model/api/signals.ts";
import { signalTroubles } from "../../src/status/signal-troubles.ts";

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
