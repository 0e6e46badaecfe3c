import { expect, it } from "vitest";
import { failoversOf } from "../../../src/control/observe/failovers.ts";
import type { EndpointState } from "../../../src/model/api/endpoints.ts";

const endpoint = (cluster: string, health: EndpointState["health"], since: string | null, more = {}) =>
  ({ cluster, health, healthSince: since, weight: 1, draining: false, ...more }) as EndpointState;
const of = (...all: readonly EndpointState[]) => failoversOf(new Map([["shop/catalog", { all }]]));

it("is told of a cluster whose last endpoint went, from then on, with who takes its requests", () => {
  const eu = [endpoint("eu", "unhealthy", "2026-01-01T12:00:07Z"), endpoint("eu", "unhealthy", "2026-01-01T12:00:02Z")];
  expect(of(...eu, endpoint("us", "healthy", null))).toEqual([
    {
      at: "2026-01-01T12:00:07Z",
      kind: "failover",
      service: "shop/catalog",
      actor: null,
      revision: null,
      title: "no endpoint in cluster eu is healthy: us takes its requests",
      detail: null,
    },
  ]);
});

it("is none while one of the cluster answers, where nobody else does, or where a cluster is drained", () => {
  const down = endpoint("eu", "unhealthy", "2026-01-01T12:00:07Z");
  expect(of(down, endpoint("eu", "unknown", null), endpoint("us", "healthy", null))).toEqual([]);
  expect(of(down)).toEqual([]);
  expect(
    of(endpoint("eu", "unhealthy", "2026-01-01T12:00:07Z", { draining: true }), endpoint("us", "healthy", null)),
  ).toEqual([]);
});
