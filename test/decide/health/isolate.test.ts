import { expect, it } from "vitest";
import { applyHealth, failingIn, reportHealth, newIsolateHealth } from "../../../src/decide/health/isolate.ts";
import type { HealthTerms } from "../../../src/model/snapshot/health-terms.ts";
import { endpoint } from "../../support/balancing.ts";

const terms: HealthTerms = {
  path: "/healthz",
  intervalMs: 10_000,
  timeoutMs: 2000,
  healthyThreshold: 2,
  unhealthyThreshold: 3,
  statuses: [[200, 299]],
};
const clusters = { local: { region: null, continents: [], colos: [], private: true } };
const list = [endpoint("a"), endpoint("b", { cluster: "eu-1" }), endpoint("drained", { weight: 0 })];

it("the list of endpoints is told once, and again when it changes or the coordinator has lost it", () => {
  const health = newIsolateHealth();
  const report = (endpoints = list) => reportHealth(health, "shop/orders", terms, endpoints, clusters);
  const answer = (wantsList: boolean): void =>
    applyHealth(health, report(), { leftOut: [], forMs: 30_000, wantsList }, 0);
  expect(report().targets).toEqual([
    { id: "a", address: { url: "http://a.example" }, private: true },
    { id: "b", address: { url: "http://b.example" }, private: false },
  ]);
  answer(false);
  const first = report();
  expect(first).toMatchObject({ service: "shop/orders", targets: null });
  answer(true);
  expect(report().targets).toHaveLength(2);
  answer(false);
  const changed = report([endpoint("a")]);
  expect([changed.targets?.length, changed.list === first.list]).toEqual([1, false]);
  // The same list, read anew from another snapshot, needs no telling.
  answer(false);
  expect(report([...list])).toEqual(first);
});

it("a verdict holds for its time, and then nobody is left out", () => {
  const health = newIsolateHealth();
  const report = reportHealth(health, "shop/orders", terms, list, clusters);
  applyHealth(health, report, { leftOut: ["a"], forMs: 30_000, wantsList: false }, 1000);
  expect([...failingIn(health, 30_999)]).toEqual(["a"]);
  expect([...failingIn(health, 31_000)]).toEqual([]);
  applyHealth(health, report, { leftOut: [], forMs: 30_000, wantsList: false }, 2000);
  expect([...failingIn(health, 2000)]).toEqual([]);
});
