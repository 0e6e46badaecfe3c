// What one isolate does with verdicts, permits and its own outcomes.
import { beforeEach, describe, expect, it } from "vitest";
import { groupMark } from "../../../src/decide/balance/endpoint-identity.ts";
import {
  applyBreakers,
  breakersDueIn,
  newIsolateBreakers,
  reportBreakers,
  type IsolateBreakers,
} from "../../../src/decide/breaker/isolate.ts";
import {
  beginAttempt,
  chooseEndpoints,
  dropAttempt,
  endAttempt,
  NONE,
  type Choice,
} from "../../../src/decide/breaker/choice.ts";
import { isFailure } from "../../../src/decide/breaker/outcome.ts";
import type { BreakerReply, BreakerReport, Verdict } from "../../../src/model/message/breaker.ts";
import type { TryEnd } from "../../../src/decide/retry/http-route.ts";
import type { Circuit } from "../../../src/model/snapshot/circuit.ts";
import type { Endpoint } from "../../../src/model/snapshot/snapshot.ts";

const circuit: Circuit = {
  policy: "shop/guard",
  breaker: {
    windowMs: 10_000,
    minRequests: 20,
    failurePercent: 50,
    slowCallPercent: 80,
    openForMs: 5000,
    maxOpenForMs: 60_000,
    halfOpenRequests: 5,
  },
  slowCallMs: 100,
  outlier: null,
};
const endpoint = (id: string, version: string | null = null): Endpoint => ({
  id,
  address: { url: `http://${id}.example` },
  cluster: "default",
  version,
  weight: 1,
  priority: 0,
});
const [a, b] = [endpoint("a", "v1"), endpoint("b", "v1")];
const single = endpoint("s");
/** The breaker that a and b have together. */
const both = `v:v1${groupMark([a, b])}`;

let breakers: IsolateBreakers;
let now: number;
beforeEach(() => {
  breakers = newIsolateBreakers();
  now = 1000;
});

const choose = (from: readonly Endpoint[], random = 0, pinned: string | null = null): Choice =>
  chooseEndpoints(breakers, circuit, { endpoints: from, pinned, failing: NONE }, now, random);
const ids = (choice: Choice): string[] => choice.endpoints.map(({ id }) => id);
function call(to: Endpoint, from: readonly Endpoint[], ok: boolean, tookMs = 1): void {
  endAttempt(breakers, beginAttempt(breakers, circuit, to, from, now), ok, tookMs, now);
}
/** Reports, and takes over an answer. */
function sync(reply: Partial<BreakerReply>): BreakerReport {
  const report = reportBreakers(breakers, "i1", now);
  applyBreakers(breakers, replyTo(report, reply), now);
  return report;
}
const replyTo = (report: BreakerReport, more: Partial<BreakerReply>): BreakerReply => ({
  seq: report.seq,
  nextSyncMs: 1000,
  urgentSyncMs: 100,
  suspicious: false,
  verdicts: [],
  probes: [],
  ejections: [],
  forced: [],
  ...more,
});
const verdict = (target: string, state: Verdict["state"], epoch: number, forMs = 0): Verdict => ({
  policy: "shop/guard",
  target,
  state,
  epoch,
  forMs,
});

describe("an open verdict", () => {
  it("keeps its endpoint out until its time is over, and then asks for a permit at once", () => {
    choose([a, b]);
    sync({ verdicts: [verdict("e:a", "open", 2, 5000)] });
    expect(ids(choose([a, b]))).toEqual(["b"]);
    expect(choose([a]).refusal).toEqual({ target: "e:a", retryAfterMs: 5000, forced: null });
    now += 5000;
    expect(ids(choose([a, b]))).toEqual(["b"]);
    expect(breakersDueIn(breakers, now)).toBe(0);
    expect(reportBreakers(breakers, "i1", now).policies[0]?.probeWant).toEqual(["e:a"]);
  });

  it("of a version keeps all of its endpoints out, and none of another version", () => {
    const other = endpoint("c", "v2");
    choose([a, b, other]);
    sync({ verdicts: [verdict(both, "open", 2, 5000)] });
    expect(ids(choose([a, b, other]))).toEqual(["c"]);
  });

  it("of a version says nothing about endpoints that took the place of all of those", () => {
    choose([a, b]);
    sync({ verdicts: [verdict(both, "open", 2, 5000)] });
    expect(ids(choose([a, b]))).toEqual([]);
    expect(ids(choose([a, endpoint("x", "v1")]))).toEqual([]);
    expect(ids(choose([endpoint("x", "v1"), endpoint("y", "v1")]))).toEqual(["x", "y"]);
  });

  it("of an endpoint that registered ends when it registers under another address", () => {
    const first = { ...a, key: "a~1" };
    choose([first]);
    sync({ verdicts: [verdict("e:a~1", "open", 2, 5000)] });
    expect(ids(choose([first]))).toEqual([]);
    expect(ids(choose([{ ...a, key: "a~2" }]))).toEqual(["a"]);
  });

  it("that nobody renews is forgotten half a minute after its time", () => {
    choose([single]);
    sync({ verdicts: [verdict("e:s", "open", 2, 5000)] });
    now += 35_000;
    expect(ids(choose([single]))).toEqual([]);
    now += 1;
    expect(ids(choose([single], 0.99))).toEqual(["s"]);
  });
});

describe("a permit", () => {
  beforeEach(() => {
    choose([single]);
    const probes = [{ policy: "shop/guard", target: "e:s", permit: 7, ttlMs: 1000 }];
    sync({ verdicts: [verdict("e:s", "half-open", 3)], probes });
  });

  it("lets one request through, whose result is reported soon", () => {
    expect(ids(choose([single]))).toEqual(["s"]);
    const attempt = beginAttempt(breakers, circuit, single, [single], now);
    expect(ids(choose([single]))).toEqual([]);
    endAttempt(breakers, attempt, false, 1, now);
    expect(breakersDueIn(breakers, now)).toBe(100);
    now += 100;
    expect(reportBreakers(breakers, "i1", now).policies[0]?.settled).toEqual([{ target: "e:s", permit: 7, ok: false }]);
  });

  it("that its caller gave up goes to the next request at once, and nothing is reported of it", () => {
    dropAttempt(beginAttempt(breakers, circuit, single, [single], now));
    expect(ids(choose([single]))).toEqual(["s"]);
    expect(reportBreakers(breakers, "i1", now).policies[0]?.settled).toEqual([]);
    endAttempt(breakers, beginAttempt(breakers, circuit, single, [single], now), true, 1, now);
    now += 100;
    expect(reportBreakers(breakers, "i1", now + 2000).policies[0]?.settled).toEqual([
      { target: "e:s", permit: 7, ok: true },
    ]);
  });

  it("does not take a session away from its endpoint", () => {
    expect(ids(choose([single, a], 0, "a"))).toEqual(["a"]);
    expect(ids(choose([single, a]))).toEqual(["s"]);
  });
});

it("after it closes, traffic comes back from a tenth to all of it within five seconds", () => {
  choose([single]);
  sync({ verdicts: [verdict("e:s", "half-open", 3)] });
  now += 1000;
  choose([single]);
  sync({ verdicts: [verdict("e:s", "closed", 4)] });
  const share = (): number =>
    [0.05, 0.15, 0.35, 0.6, 0.95].filter((random) => choose([single], random).refusal === null).length;
  expect(share()).toBe(1);
  now += 2500;
  expect(share()).toBe(3);
  now += 2500;
  expect(share()).toBe(5);
});

describe("reports", () => {
  it("carry outcomes once, with the failures in a row and the slow calls", () => {
    choose([single]);
    sync({});
    call(single, [single], true, 100);
    call(single, [single], false);
    call(single, [single], false);
    now += 50;
    expect(sync({}).policies[0]?.outcomes).toEqual([
      { target: "e:s", epoch: 1, ok: 1, failed: 2, slow: 1, run: 2, okMs: 50, failedMs: 50 },
    ]);
    choose([single]);
    expect(sync({}).policies[0]?.outcomes).toEqual([]);
  });

  it("count for the version as well, where it has several endpoints", () => {
    choose([a, b]);
    call(a, [a, b], true);
    const targets = reportBreakers(breakers, "i1", now).policies[0]?.outcomes.map(({ target }) => target);
    expect(targets).toEqual([both, "e:a"]);
  });

  it("that get no answer are sent again under their number, and given up after two seconds", () => {
    choose([single]);
    call(single, [single], false);
    const first = reportBreakers(breakers, "i1", now);
    expect(breakersDueIn(breakers, now)).toBeNull();
    now += 1000;
    choose([single]);
    expect(reportBreakers(breakers, "i1", now)).toBe(first);
    now += 1000;
    choose([single]);
    expect(reportBreakers(breakers, "i1", now)).toMatchObject({ seq: 2, policies: [{ outcomes: [] }] });
    applyBreakers(breakers, replyTo(first, { verdicts: [verdict("e:s", "open", 2, 5000)] }), now);
    expect(ids(choose([single]))).toEqual(["s"]);
  });

  it("drop outcomes of calls that were sent before the verdict turned", () => {
    choose([single]);
    const early = beginAttempt(breakers, circuit, single, [single], now);
    sync({ verdicts: [verdict("e:s", "closed", 4)] });
    endAttempt(breakers, early, false, 1, now);
    choose([single]);
    expect(sync({}).policies[0]?.outcomes).toEqual([]);
  });
});

describe("ejected endpoints", () => {
  it("are told from the others, which shares are reckoned from both", () => {
    choose([a, b]);
    sync({ ejections: [{ policy: "shop/guard", endpoint: "a", forMs: 30_000 }] });
    const choice = choose([a, b]);
    expect([choice.unhealthy, choice.among]).toEqual([new Set(["a"]), [a, b]]);
    expect(ids(choice)).toEqual(["b", "a"]);
    now += 30_000;
    expect(choose([a, b])).toEqual({ endpoints: [a, b], among: [a, b], unhealthy: new Set(), refusal: null });
  });

  it("are like those that fail their health checks; what a breaker keeps back may not be asked at all", () => {
    const failing = new Set(["a"]);
    expect(chooseEndpoints(breakers, circuit, { endpoints: [a, b], pinned: null, failing }, now, 0).unhealthy).toEqual(
      failing,
    );
    choose([a, b]);
    sync({ verdicts: [verdict("e:b", "open", 2, 5000)] });
    const choice = chooseEndpoints(breakers, circuit, { endpoints: [a, b], pinned: null, failing }, now, 0);
    expect([ids(choice), choice.among.length, choice.refusal]).toEqual([["a"], 2, null]);
  });
});

describe("what an operator forces", () => {
  it("wins over every verdict, a version's over the service's", () => {
    choose([a, b, single]);
    const forced = [
      { target: "*", state: "open", forMs: 9000, reason: "restore" },
      { target: "v:v1", state: "closed", forMs: 9000, reason: "drill" },
    ] as const;
    sync({ verdicts: [verdict("e:a", "open", 2, 5000)], forced });
    expect(ids(choose([a, b, single]))).toEqual(["a", "b"]);
    expect(choose([single]).refusal).toEqual({ target: "*", retryAfterMs: 9000, forced: "restore" });
  });
});

describe("a failure of the service", () => {
  const answered = (status: number): TryEnd => ({ end: "answered", status });

  it.each([{ end: "lost" }, { end: "timeout" }, ...[500, 502, 503, 504, 522].map(answered)] as TryEnd[])(
    "is %j",
    (end) => {
      expect(isFailure(end)).toBe(true);
    },
  );

  it.each([200, 301, 400, 404, 429, 501].map(answered))("is not %j", (end) => {
    expect(isFailure(end)).toBe(false);
  });
});
