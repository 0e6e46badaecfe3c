// Services whose requests fail right now, by what isolates count, with what most likely made them fail.
import type { LikelyCause, ServiceSignals, Stats } from "../model/api/signals.ts";
import { refOf } from "../model/word/refs.ts";
import { failingVersion } from "./failing-version.ts";
import { namespaceFlag, type Trouble } from "./trouble.ts";

/** A moment of failures is no trouble yet: a mesh that starts has one. */
const LASTING_MS = 10_000;

/** So many failures would have been seen: where there are none, it does well again. */
const TELLING = 3;

/**
 * A minute shows neither when something began that is older, nor what came before it: ten do, where both see it. What
 * began within the minute stands out in it alone. Nor does it show that callers are refused once they are so for
 * longer: that is usual to it then.
 */
export function seenLonger(services: readonly ServiceSignals[], longer: Pick<Stats, "services">): ServiceSignals[] {
  return services.map((service) => {
    const { since, until = null } = service;
    const same = longer.services.find((one) => one.namespace === service.namespace && one.name === service.name);
    if (same === undefined) {
      return service;
    }
    const likely = same.likely.length > 0 ? same.likely : service.likely;
    if (since !== null) {
      return same.since !== null && same.since < since ? { ...service, since: same.since, likely } : service;
    }
    if (same.since !== null) {
      const isRefusing = service.state !== "idle" && same.likely[0]?.kind === "key";
      return isRefusing ? { ...service, state: same.state, reasons: same.reasons, since: same.since, likely } : service;
    }
    return until === null || (same.until ?? null) === null ? service : { ...service, likely };
  });
}

/**
 * Versions that fail where another does well: a few percent of all requests, and most of their own.
 *
 * @param longer the same services over a longer time, for versions that are asked so seldom that a minute says little
 */
export function versionTroubles(
  services: readonly ServiceSignals[],
  longer: Pick<Stats, "window" | "services"> | null,
): Trouble[] {
  return services.flatMap((service): Trouble[] => {
    const before = longer?.services.find((one) => one.namespace === service.namespace && one.name === service.name);
    const now = failingVersion(service);
    const found = now ?? (before === undefined ? null : seldomAsked(service, failingVersion(before)));
    if (found === null) {
      return [];
    }
    const { namespace, name, since, until = null, likely } = service;
    const { version, signals, other } = found;
    const cause = (now === null ? before?.likely : likely)?.find(({ kind }) => kind === "revision");
    const why = cause === undefined ? "" : `; likely: ${cause.title}`;
    const isOver = until !== null;
    return [
      {
        severity: isOver ? "notice" : "degraded",
        ref: refOf("Service", namespace, name),
        message:
          `version ${version} ${isOver ? `failed until ${until}` : "fails"}: ` +
          `${percent(signals.errorPercent)} of its ${signals.requests} requests` +
          `${now === null ? ` in ${Math.round((longer?.window.seconds ?? 0) / 60)} minutes` : ""}, ` +
          `${percent(other.signals.errorPercent)} of version ${other.name}${why}`,
        since,
        command: `selvage top ${name}${namespaceFlag(namespace)} --once`,
        ...named(cause),
      },
    ];
  });
}

const named = (cause: LikelyCause | undefined): Pick<Trouble, "cause"> =>
  cause === undefined ? {} : { cause: { kind: cause.kind, at: cause.at } };

/** A version that failed, is asked still, and was asked too seldom since to have shown that it does well again. */
function seldomAsked(
  { versions }: Pick<ServiceSignals, "versions">,
  found: ReturnType<typeof failingVersion>,
): ReturnType<typeof failingVersion> {
  const { requests } = versions.find(({ name }) => name === found?.version)?.signals ?? { requests: 0 };
  return found !== null && requests > 0 && (requests * found.signals.errorPercent) / 100 < TELLING ? found : null;
}

const percent = (value: number): string => `${Number(value.toFixed(1))} %`;

/** Two steps of a minute's series. */
const SILENT_STEPS = 2;

/** Services that there are, and those that are not any more while somebody asks them still. */
export function stillThere(services: readonly ServiceSignals[], there: ReadonlySet<string>): ServiceSignals[] {
  return services.filter(
    ({ namespace, name, series }) =>
      there.has(`${namespace}/${name}`) || series.slice(-SILENT_STEPS).some(({ requests }) => requests > 0),
  );
}

/** What has passed, or has only just begun, is left out. */
export function signalTroubles(services: readonly ServiceSignals[], now: number): Trouble[] {
  return services.flatMap((service): Trouble[] => {
    const { namespace, name, state, reasons, since, likely } = service;
    const [reason] = reasons;
    const isLasting = since !== null && now - Date.parse(since) >= LASTING_MS;
    if ((state !== "failing" && state !== "degraded") || !isLasting || reason === undefined) {
      return [];
    }
    const [cause] = likely;
    const why = cause === undefined ? "no cause found" : `likely: ${cause.title} [${cause.why.join(", ")}]`;
    return [
      {
        severity: state === "failing" ? "down" : cause?.kind === "key" ? "degraded" : "notice",
        ref: refOf("Service", namespace, name),
        message: `${reason}; ${why}`,
        since,
        command: `selvage top ${name}${namespaceFlag(namespace)} --once`,
        ...named(cause),
      },
    ];
  });
}
