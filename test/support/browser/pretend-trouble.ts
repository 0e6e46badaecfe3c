// Answers of a pretended mesh in which something is wrong, and in which every free text is an attempt to be more.
import { hostileText } from "../documents/hostile-documents.ts";
import { pretendStats } from "./pretend-mesh.ts";

const SINCE = "2026-11-29T11:55:00Z";

/** By path, for a mesh of so many services. */
export function troubledAnswers(services: number): Readonly<Record<string, object>> {
  const stats = pretendStats(0, services) as { services: readonly object[] };
  const failing = stats.services.map((one, nth) => (nth < 3 ? ill(one, nth) : one));
  const revision = { revision: 7, actor: hostileText, source: "apply", summary: {}, rolledBackTo: null };
  return {
    "/_selvage/v1/whoami": { name: hostileText.slice(0, 60), role: "admin", namespaces: null },
    "/_selvage/v1/stats": { ...stats, services: failing },
    "/_selvage/v1/revisions": {
      items: [{ ...revision, at: "2026-11-29T11:53:00Z", reason: hostileText }],
      nextCursor: null,
      revision: 7,
    },
    "/_selvage/v1/revisions/7/propagation": { current: 1, behind: 0, complete: true, isolates: [], head: 7, ageMs: 0 },
  };
}

const ill = (one: object, nth: number): object =>
  Object.assign({}, one, {
    state: nth === 0 ? "failing" : "degraded",
    reasons: [`31 % errors, ${hostileText}`],
    since: SINCE,
    likely: [{ title: hostileText, kind: "key", at: SINCE, score: 5, why: ["near in time (3)"] }],
  });
