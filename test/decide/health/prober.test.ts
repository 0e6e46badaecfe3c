import { beforeEach, describe, expect, it } from "vitest";
import { newBreakerCoordinator } from "../../../src/decide/breaker/coordinator.ts";
import { newBreaker } from "../../../src/decide/breaker/breaker.ts";
import {
  answerHealth,
  failingInTraffic,
  healthRows,
  leftOut,
  newHealthCoordinator,
  type HealthCoordinator,
} from "../../../src/decide/health/coordinator.ts";
import { nextProbeAt, NO_TRAFFIC_MS, settle, takeDue } from "../../../src/decide/health/prober.ts";
import { followEndpoints, newOutliers } from "../../../src/decide/breaker/outlier.ts";
import { addOutcomes } from "../../../src/decide/breaker/rolling-window.ts";
import type { HealthReply, ProbeTarget } from "../../../src/model/message/health.ts";
import type { HealthTerms } from "../../../src/model/snapshot/health-terms.ts";

const terms: HealthTerms = {
  path: "/healthz",
  intervalMs: 10_000,
  timeoutMs: 2000,
  healthyThreshold: 1,
  unhealthyThreshold: 1,
  statuses: [[200, 299]],
};
const target = (id: string, url = `http://${id}.example`): ProbeTarget => ({ id, address: { url }, private: false });
const nobody = (): ReadonlySet<string> => new Set();
const random = (): number => 0;

let prober: HealthCoordinator;
beforeEach(() => {
  prober = newHealthCoordinator();
});

const hear = (now: number, list: string, targets: readonly ProbeTarget[] | null): HealthReply =>
  answerHealth(prober, { service: "shop/orders", terms, list, targets }, now, nobody);
/** A round; who is in `bad` fails. */
function round(now: number, ...bad: string[]): string[] {
  const due = takeDue(prober, now);
  for (const one of due) {
    settle(prober, one, bad.includes(one.target.id) ? "no" : null, now, random);
  }
  return due.map(({ target: { id } }) => id);
}
const pool = (...names: string[]): ProbeTarget[] => names.map((id) => target(id));

describe("rounds of probes", () => {
  it("take everybody at once at first, and again when the interval is over", () => {
    expect(nextProbeAt(prober, 0)).toBeNull();
    hear(0, "A", pool("a", "b"));
    expect(nextProbeAt(prober, 0)).toBe(0);
    expect(round(0)).toEqual(["a", "b"]);
    expect([nextProbeAt(prober, 0), round(9999)]).toEqual([10_000, []]);
    expect(round(10_000)).toEqual(["a", "b"]);
  });

  it("that run twice probe once", () => {
    hear(0, "A", pool("a"));
    expect(takeDue(prober, 0)).toHaveLength(1);
    expect(takeDue(prober, 0)).toEqual([]);
    expect(takeDue(prober, 11_999)).toEqual([]);
  });

  it("are of fifty at most", () => {
    hear(
      0,
      "A",
      Array.from({ length: 120 }, (_, at) => target(`e${at}`)),
    );
    expect([round(0).length, round(0).length, round(0).length, round(0).length]).toEqual([50, 50, 20, 0]);
  });

  it("end when isolates have told of no traffic for a minute, and begin again with it", () => {
    hear(0, "A", pool("a"));
    round(0, "a");
    expect(nextProbeAt(prober, NO_TRAFFIC_MS)).toBe(10_000);
    expect([nextProbeAt(prober, NO_TRAFFIC_MS + 1), round(NO_TRAFFIC_MS + 1)]).toEqual([null, []]);
    hear(500_000, "A", null);
    expect(round(500_000)).toEqual(["a"]);
  });
});

describe("the list of endpoints", () => {
  it("is asked for when only its name is told", () => {
    expect(hear(0, "A", null)).toEqual({ leftOut: [], forMs: 30_000, wantsList: true });
    expect(hear(1, "A", pool("a"))).toMatchObject({ wantsList: false });
    expect(hear(2, "A", null)).toMatchObject({ wantsList: false });
  });

  it("may be two while a change spreads; the older one is dropped when nobody has it any more", () => {
    hear(0, "A", pool("a", "b"));
    hear(0, "B", pool("b", "c"));
    expect(round(0, "b")).toEqual(["a", "b", "c"]);
    hear(15_001, "B", null);
    expect([...prober.checked.keys()].toSorted()).toEqual(["b", "c"]);
    expect(prober.checked.get("b")?.health.state).toBe("unhealthy");
  });

  it("is not dropped for one that is not known", () => {
    hear(0, "A", pool("a"));
    hear(60_000, "B", null);
    expect([...prober.checked.keys()]).toEqual(["a"]);
  });

  it("forgets the health of an endpoint that moves to another address, and results that are still on their way", () => {
    hear(0, "A", pool("a", "b"));
    const [due] = takeDue(prober, 0);
    hear(1, "B", [target("a", "http://elsewhere.example"), target("b")]);
    expect(settle(prober, due!, "no", 2, random)).toBe(false);
    expect(prober.checked.get("a")).toMatchObject({ target: { address: { url: "http://elsewhere.example" } } });
    expect(prober.checked.get("a")?.health.state).toBe("unknown");
  });
});

describe("who is left out", () => {
  const outOf = (names: string[], bad: string[], suspects = nobody): string[] => {
    hear(0, names.join(), pool(...names));
    round(0, ...bad);
    return [...leftOut(prober, 0, suspects)];
  };

  it("is who fails", () => {
    expect(outOf(["a", "b", "c"], ["a", "b"])).toEqual(["a", "b"]);
    expect(hear(1, "a,b,c", null)).toEqual({ leftOut: ["a", "b"], forMs: 30_000, wantsList: false });
    expect(healthRows(prober, 1, nobody)).toMatchObject([
      { endpoint: "a", state: "unhealthy", since: 0, checkedAt: 0, cause: "no", leftOut: true },
      { endpoint: "b", state: "unhealthy", leftOut: true },
      { endpoint: "c", state: "healthy", cause: null, leftOut: false },
    ]);
  });

  it("is nobody when all fail, for then the prober is the suspect", () => {
    expect(outOf(["a", "b"], ["a", "b"])).toEqual([]);
    expect(healthRows(prober, 0, nobody)).toMatchObject([{ state: "unhealthy" }, { state: "unhealthy" }]);
  });

  it("is of those who all fail the one that fails in traffic, too", () => {
    expect(outOf(["a", "b"], ["a", "b"], () => new Set(["b"]))).toEqual(["b"]);
  });

  it("is who flaps, as long as half of the endpoints are left", () => {
    const flapping = (names: string[]): string[] => {
      outOf(names, []);
      for (const id of ["a", "b"]) {
        prober.checked.get(id)!.health.damped = true;
      }
      for (const id of ["a", "b"]) {
        prober.checked.get(id)!.health.penalty = 2500;
      }
      return [...leftOut(prober, 0, nobody)];
    };
    expect(flapping(["a", "b", "c", "d"])).toEqual(["a", "b"]);
    prober = newHealthCoordinator();
    expect(flapping(["a", "b", "c"])).toEqual([]);
  });
});

describe("an endpoint fails in traffic", () => {
  const failsInTraffic = (ok: number, failed: number, state: "closed" | "open" = "closed"): boolean => {
    const breakers = newBreakerCoordinator();
    const by = {
      windowMs: 10_000,
      minRequests: 20,
      failurePercent: 50,
      slowCallPercent: 80,
      openForMs: 5000,
      maxOpenForMs: 60_000,
      halfOpenRequests: 5,
    };
    const breaker = { ...newBreaker(by, 0), state };
    addOutcomes(breaker.window, { ok, failed, slow: 0 }, 0);
    const more = { runs: new Map(), held: new Map(), okAt: 0, heardAt: 0, suspectedAt: 0 };
    breakers.targets.set("p e:a", { policy: "p", target: "e:a", terms: by, breaker, ...more });
    return failingInTraffic(breakers, 0).has("a");
  };
  it.each([
    [0, 0, false],
    [0, 1, true],
    [1, 9, false],
  ])("with %i good calls and %i failures: %s", (ok, failed, expected) => {
    expect(failsInTraffic(ok, failed)).toBe(expected);
  });

  it("when its breaker is open, whatever was good before", () => {
    expect(failsInTraffic(9, 9, "open")).toBe(true);
  });

  it("when it is ejected", () => {
    const breakers = newBreakerCoordinator();
    const outliers = newOutliers(0);
    followEndpoints(outliers, ["a", "b"], 0);
    outliers.hosts.get("a")!.ejectedUntil = 1000;
    const by = {
      consecutiveFailures: 5,
      intervalMs: 1,
      baseEjectionMs: 1,
      maxEjectionMs: 1,
      maxEjectionPercent: 50,
    };
    breakers.ejecting.set("p", { terms: by, outliers });
    expect([...failingInTraffic(breakers, 0)]).toEqual(["a"]);
  });
});
