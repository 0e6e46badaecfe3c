// The order of test files: those that last longest begin first, so that the end of a run does not wait for one of them.
// A fresh checkout remembers no times; vitest would go by the size of files.
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** As a quiet machine with two cores has them, those with a browser apart from each other. */
const LONGEST = [
  "dashboard",
  "otlp",
  "otlp-metrics",
  "docs",
  "dashboard-live",
  "demo",
  "outage",
  "restart-and-edges",
  "docs-commands",
  "dashboard-cost",
  "override",
  "collector",
  "contract",
  "failover",
  "rollout",
  "dashboard-acts",
  "concurrency",
  "faulty-posts",
  "stopping",
  "dynamic-endpoint",
  "newcomer",
  "gateway-api",
  "prometheus",
  "docs-local",
  "under-npm",
  "trace-context",
  "kill9",
  "ready",
  "dashboard-portal",
];

function rank({ moduleId }: TestSpecification): number {
  const [, name = ""] = /\/(?:journeys|conformance)\/([\w-]+)\.test\.ts$/.exec(moduleId) ?? [];
  const at = LONGEST.indexOf(name);
  return at < 0 ? LONGEST.length : at;
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}
