// Endpoints, breakers and clusters: what keeps requests from being answered. An outage is told once, at the largest
// thing that is down: a cluster, else a service, else an endpoint.
import type { AuditEntry } from "../model/api/operators.ts";
import type { ServiceBreakers } from "../model/api/breakers.ts";
import type { CatalogService, EndpointState } from "../model/api/endpoints.ts";
import { partsOfKey, refOf } from "../model/word/refs.ts";
import { counted } from "../model/word/plural.ts";
import { namespaceFlag, quoted, type Trouble } from "./trouble.ts";

/** Lost endpoints are told for so long, or until their service has as many as before. */
const LOST_MS = 3_600_000;

const isDown = ({ health }: EndpointState): boolean => health === "unhealthy";
const isAsked = ({ weight, draining }: EndpointState): boolean => weight > 0 && !draining;
/** A mesh of an earlier release gives none. */
const causeOf = ({ healthCause }: EndpointState): string | null => healthCause ?? null;
const addressOf = ({ url, binding, id }: EndpointState): string => url ?? binding ?? id;
const earliest = (times: readonly (string | null)[]): string | null =>
  times.filter((time) => time !== null).toSorted()[0] ?? null;

export function endpointTroubles(services: readonly CatalogService[]): Trouble[] {
  const all = services.flatMap(({ endpoints }) => endpoints.filter(isAsked));
  const lost = [...Map.groupBy(all, ({ cluster }) => cluster)].filter(
    ([, those]) => those.length > 1 && those.every(isDown) && new Set(all.map(({ cluster }) => cluster)).size > 1,
  );
  return [
    ...lost.map(([cluster, those]) => clusterDown(cluster, those)),
    ...services.flatMap((service) => ofService(service)),
  ];
}

function clusterDown(cluster: string, those: readonly EndpointState[]): Trouble {
  const services = [...new Set(those.map(({ namespace, service }) => `${namespace}/${service}`))];
  return {
    severity: "down",
    ref: refOf("Cluster", "default", cluster),
    message: `lost: none of its ${counted(those.length, "endpoint")} answers (${services.slice(0, 5).join(", ")}${services.length > 5 ? " …" : ""})`,
    since: earliest(those.map(({ healthSince }) => healthSince ?? null)),
    command: "selvage get endpoints -A -o wide",
  };
}

function ofService(service: CatalogService): Trouble[] {
  const asked = service.endpoints.filter(isAsked);
  const down = asked.filter(isDown);
  const command = `selvage describe service ${service.name}${namespaceFlag(service.namespace)}`;
  const ref = refOf("Service", service.namespace, service.name);
  if (down.length > 0 && down.length === asked.length) {
    const [first] = down;
    const what =
      down.length === 1
        ? `its only endpoint ${first === undefined ? "" : addressOf(first)} is down`
        : `all ${down.length} endpoints are down`;
    const since = earliest(down.map(({ healthSince }) => healthSince ?? null));
    return [
      { severity: "down", ref, message: `${what}: ${(first && causeOf(first)) ?? "no cause known"}`, since, command },
    ];
  }
  return asked
    .filter((endpoint) => isDown(endpoint) || causeOf(endpoint) !== null)
    .map((endpoint) => ({
      severity: isDown(endpoint) ? "down" : "degraded",
      ref,
      message: `endpoint ${addressOf(endpoint)} ${isDown(endpoint) ? "is down" : "is unwell"}: ${causeOf(endpoint) ?? "no cause known"}`,
      since: endpoint.healthSince ?? null,
      command,
    }));
}

export function breakerTroubles(breakers: readonly ServiceBreakers[], now: number): Trouble[] {
  return breakers.flatMap((one) => {
    const { namespace, service, known, forced } = one;
    const ref = refOf("Service", namespace, service);
    const where = namespaceFlag(namespace);
    const show = `selvage breaker get ${service}${where}`;
    if (!known) {
      const message = "its breakers cannot be asked: each isolate goes by what it last heard";
      return [{ severity: "degraded", ref, message, since: null, command: show }];
    }
    const held = forced.map(({ version, state, until, reason }): Trouble => {
      const which = version === null ? "" : ` version ${version}`;
      const only = version === null ? "" : ` --only ${quoted(version)}`;
      return {
        severity: state === "open" ? "down" : "degraded",
        ref,
        message: `breaker${which} forced ${state}, ends ${until}: ${reason}`,
        since: null,
        command: `selvage breaker force ${service} auto${only} --reason over${where}`,
      };
    });
    return [...held, ...one.breakers.flatMap((breaker) => turned(breaker, ref, { command: show, now }))];
  });
}

function turned(
  breaker: ServiceBreakers["breakers"][number],
  ref: string,
  { command, now }: { readonly command: string; readonly now: number },
): Trouble[] {
  const { target, name, state, since, until, ok, failed, slow, ejectedUntil, policy } = breaker;
  const what = `${target} ${name === "" ? "(none)" : name}`;
  // One that turned counts anew.
  const counts = `${failed} of ${ok + failed} calls failed${slow > 0 ? `, ${slow} were slow` : ""}`;
  const seen = ok + failed + slow === 0 ? "" : `: ${counts}`;
  const found: Trouble[] = [];
  if (state === "open") {
    const again = until === null ? "" : `, tried again ${until}`;
    const message = `breaker of ${what} is open (${policy})${seen}${again}`;
    found.push({ severity: "down", ref, message, since, command });
  } else if (state === "half-open") {
    found.push({
      severity: "degraded",
      ref,
      message: `breaker of ${what} is half-open (${policy})${seen}`,
      since,
      command,
    });
  }
  // What was told a moment ago may be over.
  if (ejectedUntil !== null && Date.parse(ejectedUntil) > now) {
    const message = `${what} is ejected, tried again ${ejectedUntil} (${policy})${seen}`;
    found.push({ severity: "degraded", ref, message, since: null, command });
  }
  return found;
}

/** Registered endpoints that were not heard from any more, and that nobody has registered again. */
export function lostTroubles(
  audit: readonly AuditEntry[],
  services: readonly CatalogService[],
  now: number,
): Trouble[] {
  const present = new Map(services.map((one) => [`${one.namespace}/${one.name}`, one.endpoints]));
  const gone = new Map<string, { ids: Set<string>; at: string; clusters: Set<string> }>();
  for (const { action, at, detail } of audit) {
    if (action !== "expire" || now - Date.parse(at) > LOST_MS) {
      continue;
    }
    for (const path of namesIn(detail["endpoints"])) {
      const [namespace = "", service = "", id = ""] = path.split("/");
      const held = present.get(`${namespace}/${service}`);
      if (held === undefined || held.some((one) => one.id === id)) {
        continue;
      }
      const one = gone.get(`${namespace}/${service}`) ?? { ids: new Set(), at, clusters: new Set() };
      one.ids.add(id);
      for (const cluster of namesIn(detail["clusters"])) {
        one.clusters.add(cluster);
      }
      gone.set(`${namespace}/${service}`, one);
    }
  }
  return [...gone].map(([key, { ids, at, clusters }]) => {
    const { namespace, name: service } = partsOfKey(key);
    const left = present.get(key)?.length ?? 0;
    const of = clusters.size === 0 ? "" : ` of cluster ${[...clusters].join(", ")}`;
    return {
      severity: left === 0 ? "down" : "degraded",
      ref: refOf("Service", namespace, service),
      message: `${counted(ids.size, "endpoint")}${of} not heard from any more (${[...ids].slice(0, 3).join(", ")}), ${left === 0 ? "none is left" : `${left} left`}`,
      since: at,
      command: `selvage get endpoints ${service}${namespaceFlag(namespace)}`,
    };
  });
}

const namesIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
