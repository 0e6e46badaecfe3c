// What `status` says of services by what was counted.
import { expect, it } from "vitest";
import type { LikelyCause, ServiceSignals, Stats } from "../../src/model/api/signals.ts";
import { seenLonger, signalTroubles, stillThere, versionTroubles } from "../../src/status/signal-troubles.ts";

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

it("what most likely made it so goes along, for what can be done about it", () => {
  const likely = [{ kind: "revision" as const, at: "2026-01-01T11:59:00.000Z" }];
  const causes = [
    service("failing", 12, likely),
    service("degraded", 12, [{ kind: "caller" }]),
    service("failing", 12),
  ];
  expect(signalTroubles(causes, NOW).map(({ cause }) => cause)).toEqual([
    { kind: "revision", at: "2026-01-01T11:59:00.000Z" },
    { kind: "caller", at: null },
    undefined,
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

const split = (versions: readonly object[], more: object = {}): ServiceSignals =>
  ({ ...service("healthy", 0), since: null, versions, ...more }) as unknown as ServiceSignals;
const told = (now: ServiceSignals, before: ServiceSignals | null = null) =>
  versionTroubles([now], before && ({ window: { seconds: 600 }, services: [before] } as unknown as Stats)).map(
    ({ severity, message }) => [severity, message],
  );

it("names a version that fails, beside the one that does not, and the revision that likely made it so", () => {
  const at = "2026-01-01T11:59:00.000Z";
  const likely = [{ kind: "revision", title: "revision 7: update HTTPRoute/shop/split", at }];
  const versions = [part("v1", 90, 0), part("v2", 10, 4)];
  expect(versionTroubles([split(versions, { likely })], null)).toEqual([
    {
      severity: "degraded",
      ref: "Service/shop/catalog",
      message:
        "version v2 fails: 40 % of its 10 requests, 0 % of version v1; likely: revision 7: update HTTPRoute/shop/split",
      since: null,
      command: "selvage top catalog -n shop --once",
      cause: { kind: "revision", at },
    },
  ]);
});

it("a version that failed and does well again, or is not asked any more, is no problem", () => {
  const until = "2026-01-01T11:59:30.000Z";
  expect(told(split([part("v1", 90, 0), part("v2", 10, 4)], { until }))).toEqual([
    ["notice", `version v2 failed until ${until}: 40 % of its 10 requests, 0 % of version v1`],
  ]);
  const failed = split([part("v1", 900, 0), part("v2", 100, 40)]);
  expect(told(split([part("v1", 90, 0)]), failed)).toEqual([]);
  expect(told(split([part("v1", 90, 0), part("v2", 8, 0)]), failed)).toEqual([]);
});

it("a version that fails and is asked so seldom that a minute does not show it stays a problem", () => {
  const failed = split([part("v1", 900, 0), part("v2", 10, 4)]);
  expect(told(split([part("v1", 90, 0), part("v2", 2, 0)]), failed)).toEqual([
    ["degraded", "version v2 fails: 40 % of its 10 requests in 10 minutes, 0 % of version v1"],
  ]);
});

it("says since when it fails, and why, by the longer look where both see it", () => {
  const since = (text: string | null, until: string | null, title: string): ServiceSignals =>
    split([], { since: text, until, likely: [{ title }] });
  const seen = (now: ServiceSignals, before: ServiceSignals) => {
    const [one] = seenLonger([now], { services: [before] });
    return [one?.since, one?.likely[0]?.title];
  };
  const old = since("11:51", null, "revision 7");
  expect(seen(since("11:59", null, "revision 8"), old)).toEqual(["11:51", "revision 7"]);
  expect(seen(since(null, "11:59", "revision 8"), since(null, "11:59", "revision 7"))).toEqual([null, "revision 7"]);
  // What began within the minute stands out in it: in ten there is also what was before.
  expect(seen(since("11:59", null, "a secret has ended"), since("11:59", null, "-"))).toEqual([
    "11:59",
    "a secret has ended",
  ]);
  expect(
    seen(since("11:59", null, "version v2 fails"), split([], { since: "11:51", until: null, likely: [] })),
  ).toEqual(["11:51", "version v2 fails"]);
  // Where it is well again by one of them, or was at no time, nothing is mixed.
  expect(seen(since(null, null, "-"), old)).toEqual([null, "-"]);
  expect(seen(since(null, "11:59", "-"), old)).toEqual([null, "-"]);
});

it("a secret that ended stays a problem while calls are refused, though to a minute that has become usual", () => {
  const likely = [{ kind: "key", title: "a secret of Application/shop/acme has ended" }];
  const longer = service("degraded", 240, likely as Partial<LikelyCause>[]);
  const told = (now: ServiceSignals) => signalTroubles(seenLonger([now], { services: [longer] }), NOW);
  expect(told(split([]))).toMatchObject([{ severity: "degraded", since: longer.since }]);
  expect(told(split([], { state: "idle" }))).toEqual([]);
});

it("a service that was removed is told of while somebody asks it still", () => {
  const asked = (...requests: readonly number[]) => split([], { series: requests.map((one) => ({ requests: one })) });
  const there = (one: ServiceSignals, ...names: readonly string[]) => stillThere([one], new Set(names)).length;
  expect(there(asked(9, 9, 0, 0), "shop/catalog")).toBe(1);
  expect(there(asked(9, 9, 9, 0))).toBe(1);
  expect(there(asked(9, 9, 0, 0))).toBe(0);
});
