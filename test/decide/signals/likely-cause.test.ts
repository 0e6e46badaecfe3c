import { describe, expect, it } from "vitest";
import { goldenOf } from "../../../src/decide/signals/golden.ts";
import { healthWord } from "../../../src/decide/signals/health-word.ts";
import { likelyCauses } from "../../../src/decide/signals/likely-cause.ts";
import { otherLabels } from "../../../src/decide/signals/other.ts";
import type { Golden, LikelyCause, MeshChange, SignalPart } from "../../../src/model/api/signals.ts";

const ONSET = Date.UTC(2026, 0, 1, 12);
const text = (ms: number): string => new Date(ms).toISOString();

function golden(requests: number, errors: number, limited = 0, ms = 10, denied = 0): Golden {
  const row = (status: number, count: number) => ({
    ...otherLabels("shop/cart"),
    status,
    count,
    sumMs: ms * count,
    tries: count,
    buckets: [ms, count],
  });
  return goldenOf(
    [row(200, requests - errors - limited - denied), row(500, errors), row(429, limited), row(401, denied)],
    60_000,
  );
}

const part = (name: string, requests: number, errors: number): SignalPart => ({
  name,
  signals: golden(requests, errors),
});

const change = (secondsBefore: number, more: Partial<MeshChange> = {}): MeshChange & { readonly atMs: number } => ({
  at: text(ONSET - secondsBefore * 1000),
  atMs: ONSET - secondsBefore * 1000,
  kind: "revision",
  service: "shop/cart",
  actor: "mia",
  revision: 7,
  title: "revision 7",
  detail: null,
  ...more,
});

const limited = (caller: string, requests: number, isAsBefore = false, policy = "RateLimitPolicy/shop/partners") => ({
  caller,
  policy,
  requests,
  isAsBefore,
});

type Facts = Parameters<typeof likelyCauses>[0];
const causes = (more: Partial<Facts>): readonly LikelyCause[] =>
  likelyCauses({
    service: "shop/cart",
    onset: ONSET,
    changes: [],
    calls: new Set(["bank/ledger"]),
    failing: new Map(),
    seeming: new Map(),
    versions: [],
    endpoints: [],
    limited: [],
    limitedSince: ONSET,
    deniedSince: null,
    stepMs: 10_000,
    ...more,
  });

describe("likelyCauses", () => {
  it("names a service that fails and seems to be called, by traces: after one that is known to be, before a change", () => {
    const seeming = new Map([
      ["bank/fees", { failed: 9, of: 10 }],
      ["bank/ledger", { failed: 9, of: 10 }],
    ]);
    const failing = new Map([
      ["bank/fees", ONSET],
      ["bank/ledger", ONSET],
    ]);
    const found = causes({ changes: [change(20)], failing, seeming });
    expect(found.map(({ title, score }) => [title, score])).toEqual([
      ["bank/ledger fails", 9],
      ["bank/fees fails", 7],
      ["revision 7", 5],
    ]);
    expect(found[1]?.why[0]).toBe("9 of 10 failed requests seem to have called it, by their trace (5)");
  });

  it("names a change of the service just before, all the more where the new version alone fails", () => {
    const versions = [part("v1", 100, 0), part("v2", 100, 58)];
    const [first, second] = causes({ changes: [change(20)], versions });
    expect(first).toEqual({
      title: "revision 7",
      kind: "revision",
      at: text(ONSET - 20_000),
      score: 8,
      why: [
        "it is about this service (3)",
        "58 % of version v2 fail, 0 % of v1 (3)",
        "it came within a minute of it (2)",
      ],
    });
    expect(second).toMatchObject({ kind: "version", title: "version v2 fails", score: 3 });
  });

  it("prefers what is nearer, to the service and in time, and leaves out what is too long ago or came after", () => {
    const changes = [
      change(700, { title: "long ago" }),
      change(-60, { title: "afterwards" }),
      change(200, { title: "own" }),
      change(200, { title: "callee's", service: "bank/ledger" }),
      change(10, { title: "somebody else's", service: "shop/other" }),
      change(10, { title: "for all", service: null }),
    ];
    expect(causes({ changes }).map(({ title, score }) => [title, score])).toEqual([
      ["own", 4],
      ["callee's", 3],
      ["for all", 3],
    ]);
  });

  it("does not take what the mesh did about it for what made it fail, but what an operator did", () => {
    const breaker = { kind: "breaker" as const, title: "breaker" };
    expect(causes({ changes: [change(0, { ...breaker, actor: null })] })).toEqual([]);
    expect(causes({ changes: [change(0, breaker)] })).toMatchObject([{ title: "breaker", score: 5 }]);
  });

  it("names a service that it calls and that failed no later, one bad endpoint, and a caller that is too loud", () => {
    expect(causes({ failing: new Map([["bank/ledger", ONSET - 5000]]) })).toMatchObject([
      { kind: "dependency", title: "bank/ledger fails", score: 9 },
    ]);
    expect(causes({ endpoints: [part("a", 50, 0), part("b", 50, 40)] })).toMatchObject([{ title: "endpoint b fails" }]);
    const of = (caller: string, requests: number) => limited(caller, requests);
    expect(causes({ limited: [of("app", 900), of("web", 100)] })).toMatchObject([
      {
        kind: "caller",
        title: "app calls more often than RateLimitPolicy/shop/partners lets it",
        why: ["90 % of what limits refuse is its (6)"],
      },
    ]);
    expect(causes({ limited: [of("app", 50), of("web", 50)] })).toEqual([]);
  });

  it("names the change of a limit before who is held back by it, where those call as often as before", () => {
    const tightened = change(2, { service: null, title: "revision 12: update RateLimitPolicy/shop/partners" });
    const titles = (facts: Partial<Facts>) => causes({ changes: [tightened], ...facts }).map(({ title }) => title);
    const loud = "app calls more often than RateLimitPolicy/shop/partners lets it";
    expect(causes({ changes: [tightened], limited: [limited("app", 90, true)] })).toMatchObject([
      {
        kind: "revision",
        score: 7,
        why: [
          "it is about more than one service (1)",
          "it is the limit, and who is refused calls as often as before (4)",
          "it came within a minute of it (2)",
        ],
      },
      { title: loud },
    ]);
    // Who calls more than before is told before the limit, however new that is.
    expect(titles({ limited: [limited("app", 90)] })).toEqual([loud, tightened.title]);
    expect(titles({ limited: [limited("app", 60), limited("web", 40, true)] })).toEqual([loud, tightened.title]);
    // Nobody has most of it, and all call as before.
    expect(titles({ limited: [limited("app", 50, true), limited("web", 50, true)] })).toEqual([tightened.title]);
    // It had made it a while ago, and made it tighter now.
    const made = change(160, { service: null, title: "revision 11: create RateLimitPolicy/shop/partners" });
    const both = [change(-11, { service: null, title: tightened.title }), made];
    expect(titles({ changes: both, limited: [limited("app", 90, true)] })).toEqual([tightened.title, made.title, loud]);
    // Another limit than the one that refuses, though its name begins alike.
    const other = change(2, { service: null, title: "revision 12: update RateLimitPolicy/shop/partners-2" });
    expect(titles({ changes: [other], limited: [limited("app", 90, true)] })).toEqual([loud, other.title]);
  });

  it("dates the change of a limit by when that began to refuse, not by a failure before it", () => {
    const title = "revision 12: update RateLimitPolicy/shop/partners";
    const tightened = change(-14, { service: null, title });
    const facts = { changes: [tightened], limited: [limited("app", 90, true)] };
    expect(causes({ ...facts, limitedSince: ONSET + 10_000 })[0]).toMatchObject({ title, score: 7 });
    expect(causes({ ...facts, limitedSince: ONSET })[0]).toMatchObject({ kind: "caller" });
  });

  it("names a secret that has ended where proofs are refused, before whatever else was changed", () => {
    const ended = change(2, {
      kind: "key",
      service: null,
      actor: null,
      title: "a secret of Application/a/b has ended",
    });
    const other = change(2, { service: "shop/other", title: "other" });
    const named = [{ kind: "key", title: "a secret of Application/a/b has ended", score: 6 }];
    expect(causes({ changes: [other, ended], deniedSince: ONSET })).toMatchObject(named);
    // Something else went wrong here long before, and goes on.
    expect(causes({ changes: [ended], onset: ONSET - 900_000, isOlder: true, deniedSince: ONSET })).toMatchObject(
      named,
    );
    expect(causes({ changes: [ended], onset: ONSET - 900_000 })).toEqual([]);
  });

  it("holds what somebody did once it went wrong for less likely than what was noticed then, or done before", () => {
    const kinds = ["revision", "drain", "failover"] as const;
    const late = kinds.map((kind) => change(-15, { kind, title: kind }));
    const found = causes({ changes: [...late, change(100, { title: "before" })] });
    expect(found.map(({ title, score }) => [title, score])).toEqual([
      ["failover", 5],
      ["before", 4],
      ["revision", 3],
    ]);
    // The onset is the beginning of a step, and what isolates told in one go is counted where it began.
    expect(causes({ changes: [change(-13)] })).toMatchObject([{ score: 5 }]);
    expect(causes({ changes: [change(-14)] })).toMatchObject([{ score: 3 }]);
  });

  it("names nothing where nothing stands out", () => {
    expect(causes({ versions: [part("v1", 100, 30), part("v2", 100, 33)] })).toEqual([]);
  });
});

it("a proof that is not looked at any more is refused, and not held back by a limit", () => {
  const row = { ...otherLabels("shop/cart"), status: 429, sumMs: 0, tries: 0, buckets: [], count: 5 };
  const { limited, denied } = goldenOf([row, { ...row, decision: "authenticate", count: 7 }], 60_000);
  expect([limited, denied]).toEqual([5, 7]);
});

describe("healthWord", () => {
  const fine = { total: 2, healthy: 2, draining: 0 };
  const none = golden(0, 0);
  const step = (nth: number, requests: number, denied = 0) => ({ at: text(ONSET + nth * 10_000), requests, denied });
  const told = (more: Partial<Parameters<typeof healthWord>[0]>) =>
    healthWord({
      signals: none,
      before: none,
      series: [step(0, 0)],
      endpoints: fine,
      broken: 0,
      overloaded: 0,
      unknown: null,
      ...more,
    });

  it.each([
    ["idle", {}],
    ["healthy", { signals: golden(100, 0) }],
    ["failing", { signals: golden(100, 5) }],
    ["degraded", { signals: golden(101, 5) }],
    ["degraded", { signals: golden(19, 4) }],
    ["degraded", { signals: golden(3, 1) }],
    ["healthy", { signals: golden(40, 4) }],
    ["healthy", { signals: golden(200, 1) }],
    ["failing", { endpoints: { ...fine, healthy: 0 } }],
    ["degraded", { endpoints: { ...fine, healthy: 1 } }],
    ["draining", { endpoints: { total: 2, healthy: 0, draining: 2 } }],
    ["failing", { broken: 1 }],
    ["degraded", { overloaded: 1 }],
    ["degraded", { signals: golden(100, 0, 2) }],
    ["healthy", { signals: golden(100, 0, 1) }],
    ["degraded", { signals: golden(100, 0, 0, 60), before: golden(100, 0, 0, 10) }],
    ["unknown", { unknown: "nothing was told for 40 s", signals: golden(20, 20) }],
    ["degraded", { signals: golden(100, 0, 0, 10, 18), before: golden(100, 0, 0, 10, 3) }],
    ["healthy", { signals: golden(100, 0, 0, 10, 17), before: golden(100, 0, 0, 10, 3) }],
    ["healthy", { signals: golden(100, 0, 0, 10, 12) }],
    ["healthy", { signals: golden(300, 0, 0, 10, 12), before: golden(300, 0) }],
  ])("is %s of %j", (expected, facts) => {
    expect(told(facts).state).toBe(expected);
  });

  it("tells of callers who were let in before sooner than of those whom limits hold back, while they are refused", () => {
    const reasons = (series: readonly ReturnType<typeof step>[]) =>
      told({ signals: golden(200, 0, 30, 10, 40), before: golden(100, 0), series }).reasons;
    const refusing = step(1, 100, 40);
    const both = ["40 of 100 requests refused their proof or permission, usually 0 %", "limits refused 30 requests"];
    expect(reasons([step(0, 100), refusing])).toEqual(both);
    expect(reasons([refusing, step(2, 100)])).toEqual(both.toReversed());
  });
});
