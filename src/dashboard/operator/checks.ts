// The mesh's own health, one question a line.
import type { StatusRead } from "../data/mesh-status.ts";
import { faultsOf } from "../../status/conditions.ts";
import type { ShownHealth } from "../../verdict/health.ts";

interface Check {
  readonly what: string;
  readonly word: ShownHealth;
  readonly says: string;
}

export function checksOf({ mesh, missing, withheld }: StatusRead): readonly Check[] {
  const { readiness, propagation, resources } = mesh;
  const ready = readiness.ok ? readiness.value : null;
  const spread = propagation?.ok === true ? propagation.value : null;
  const faulty = resources.ok ? resources.value.items.filter(({ status }) => faultsOf(status).length > 0) : [];
  return [
    {
      what: "ready",
      word: ready?.ready === true ? "healthy" : "failing",
      says:
        ready === null
          ? "it does not say"
          : ready.ready
            ? "requests are decided"
            : "it has nothing to decide requests with",
    },
    {
      what: "registry",
      word: ready?.registry === "reachable" ? "healthy" : "failing",
      says:
        ready?.registry === "reachable"
          ? `reachable, at revision ${ready.revision ?? "?"}`
          : "cannot be reached: requests go on, changes do not",
    },
    {
      what: "configuration",
      word: ready?.setBack === true ? "failing" : ready?.stale === true ? "degraded" : "healthy",
      says:
        ready?.setBack === true
          ? "the registry was restored to an earlier state, and nobody has adopted it"
          : ready?.stale === true
            ? "this isolate serves its last good snapshot"
            : `serves revision ${ready?.serving ?? "?"}`,
    },
    {
      what: "propagation",
      word: spread === null ? "unknown" : spread.complete ? "healthy" : "degraded",
      says:
        spread === null
          ? "not known"
          : `${spread.current} of ${spread.current + spread.behind} isolates run revision ${spread.head}${spread.p99Ms === null ? "" : `, 99 % within ${Math.round(spread.p99Ms)} ms`}`,
    },
    {
      what: "documents",
      word: faulty.length === 0 ? "healthy" : "degraded",
      says: faulty.length === 0 ? "every one does what it says" : `${faulty.length} do not do what they say: see Now`,
    },
    {
      what: "what could be asked",
      word: missing.length === 0 ? "healthy" : "unknown",
      says: [
        missing.length === 0 ? "everything" : missing.join("; "),
        ...(withheld.length === 0 ? [] : [`but what your role is not told of: ${withheld.join(", ")}`]),
      ].join(" "),
    },
  ];
}
