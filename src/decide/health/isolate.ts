// What an isolate knows of the health checks of one service: the list of endpoints that it tells the coordinator, and
// whom it was told to leave out. Isolates never probe. Plain data.
import type { HealthReply, HealthReport, ProbeTarget } from "../../model/message/health.ts";
import type { HealthTerms } from "../../model/snapshot/health-terms.ts";
import type { ClusterPlace, Endpoint, ServiceKey } from "../../model/snapshot/snapshot.ts";

export interface IsolateHealth {
  /** The list that `targets` and `name` are about. */
  endpoints: readonly Endpoint[];
  targets: readonly ProbeTarget[];
  name: string;
  /** The list that the coordinator has. */
  told: string | null;
  failing: ReadonlySet<string>;
  failingUntil: number;
}

const NOBODY: ReadonlySet<string> = new Set();

export function newIsolateHealth(): IsolateHealth {
  return { endpoints: [], targets: [], name: "", told: null, failing: NOBODY, failingUntil: 0 };
}

/** Endpoints to leave out; nobody once the verdict has grown old. */
export function failingIn(health: IsolateHealth, now: number): ReadonlySet<string> {
  return now < health.failingUntil ? health.failing : NOBODY;
}

/** The part of a report that is about health. */
export function reportHealth(
  health: IsolateHealth,
  service: ServiceKey,
  terms: HealthTerms,
  endpoints: readonly Endpoint[],
  clusters: Readonly<Record<string, ClusterPlace>> | undefined,
): HealthReport {
  // Lists are replaced when anything changes, never edited.
  if (health.endpoints !== endpoints || health.name === "") {
    health.endpoints = endpoints;
    // What is drained gets no traffic, and no probes.
    health.targets = endpoints
      .filter(({ weight }) => weight > 0)
      .map((one) => targetOf(one, clusters?.[one.cluster]?.private ?? false));
    health.name = nameOf(health.targets);
  }
  return { service, terms, list: health.name, targets: health.told === health.name ? null : health.targets };
}

function targetOf({ id, key, address }: Endpoint, isPrivate: boolean): ProbeTarget {
  return key === undefined ? { id, address, private: isPrivate } : { id, key, address, private: isPrivate };
}

/** Applies what the coordinator answered to a report that was sent at `sentAt`. */
export function applyHealth(health: IsolateHealth, report: HealthReport, reply: HealthReply, sentAt: number): void {
  health.told = reply.wantsList ? null : report.list;
  health.failing = reply.leftOut.length === 0 ? NOBODY : new Set(reply.leftOut);
  health.failingUntil = sentAt + reply.forMs;
}

/** Short, and the same for every isolate with the same list (FNV-1a over its JSON, and the length beside it). */
function nameOf(targets: readonly ProbeTarget[]): string {
  const text = JSON.stringify(targets);
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return `${text.length.toString(36)}-${(hash >>> 0).toString(36)}`;
}
