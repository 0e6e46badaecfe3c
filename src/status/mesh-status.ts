// What `selvage status` tells, and whoever else is asked how the mesh is: what is wrong, the worst first, from answers
// of the admin API. Pure.
import { refOf } from "../model/word/refs.ts";
import type { MeshKnown, RuntimeRead } from "./mesh-read.ts";
import { meshTroubles } from "./mesh-troubles.ts";
import { credentialTroubles, documentTroubles, limitTroubles, tokenTroubles } from "./policy-troubles.ts";
import { rolloutTroubles } from "./rollout-troubles.ts";
import { breakerTroubles, endpointTroubles, lostTroubles } from "./service-troubles.ts";
import { seenLonger, signalTroubles, stillThere, versionTroubles } from "./signal-troubles.ts";
import { worstFirst, type Trouble } from "./trouble.ts";
import { unaskedOf, unaskedTroubles } from "./unasked.ts";

export interface MeshStatus {
  readonly server: string;
  readonly healthy: boolean;
  readonly revision: number;
  readonly services: number;
  readonly endpoints: number;
  readonly isolates: { readonly current: number; readonly behind: number };
  /** What makes the mesh unhealthy, the worst first. */
  readonly problems: readonly Trouble[];
  /** What somebody should know although nothing is wrong. */
  readonly notices: readonly Trouble[];
  /** Services that nothing can be sent to at the moment: told, but no fault of the mesh. */
  readonly idle: readonly string[];
}

/** What the answers mean. */
export function statusOf(server: string, read: MeshKnown, runtime: RuntimeRead, now: number): MeshStatus {
  const services = read.catalog.ok ? read.catalog.value.items : [];
  const { breakers, limits, audit, tokens, credentials, stats, longer, rollouts } = runtime;
  const lost = audit.ok ? lostTroubles(audit.value.items, services, now) : [];
  const seen = !stats.ok ? [] : longer.ok ? seenLonger(stats.value.services, longer.value) : stats.value.services;
  const there = new Set(services.map(({ namespace, name }) => `${namespace}/${name}`));
  const signals = read.catalog.ok ? stillThere(seen, there) : seen;
  const found = worstFirst([
    ...meshTroubles(read),
    ...unaskedTroubles(unaskedOf(read, runtime)),
    ...endpointTroubles(services),
    ...lost,
    ...(breakers.ok ? breakerTroubles(breakers.value.items, now) : []),
    ...versionTroubles(signals, longer.ok ? longer.value : null),
    ...signalTroubles(signals, now),
    ...(rollouts?.ok === true ? rolloutTroubles(rollouts.value.items, now) : []),
    ...(limits.ok ? limitTroubles(limits.value.items) : []),
    ...credentialTroubles(credentials.flatMap((answer) => (answer.ok ? [answer.value] : []))),
    ...(tokens.ok ? tokenTroubles(tokens.value.items, now) : []),
    ...documentTroubles(read.resources.ok ? read.resources.value.items : []),
  ]);
  const problems = found.filter(({ severity }) => severity !== "notice");
  const propagation = read.propagation?.ok === true ? read.propagation.value : null;
  const isLost = new Set(lost.map(({ ref }) => ref));
  return {
    server,
    healthy: problems.length === 0,
    revision: read.revisions.ok ? read.revisions.value.revision : 0,
    services: services.length,
    endpoints: services.reduce((sum, { endpoints }) => sum + endpoints.length, 0),
    isolates: { current: propagation?.current ?? 0, behind: propagation?.behind ?? 0 },
    problems,
    notices: found.filter(({ severity }) => severity === "notice"),
    idle: services
      .filter(({ endpoints }) => endpoints.every(({ weight, draining }) => weight === 0 || draining))
      .map(({ namespace, name }) => refOf("Service", namespace, name))
      .filter((ref) => !isLost.has(ref)),
  };
}
