// Services whose requests fail right now, by what isolates count, with what most likely made them fail.
import type { ServiceSignals } from "../model/api/signals.ts";
import { refOf } from "../model/word/refs.ts";
import { failingVersion } from "./failing-version.ts";
import { namespaceFlag, type Trouble } from "./trouble.ts";

/** A moment of failures is no trouble yet: a mesh that starts has one. */
const LASTING_MS = 10_000;

/** Versions that fail where another does well: a few percent of all requests, and most of their own. */
export function versionTroubles(services: readonly ServiceSignals[]): Trouble[] {
  return services.flatMap((service): Trouble[] => {
    const found = failingVersion(service);
    if (found === null) {
      return [];
    }
    const { namespace, name, since, likely } = service;
    const { version, signals, other } = found;
    const cause = likely.find(({ kind }) => kind === "revision");
    const why = cause === undefined ? "" : `; likely: ${cause.title}`;
    return [
      {
        severity: "degraded",
        ref: refOf("Service", namespace, name),
        message:
          `version ${version} fails: ${percent(signals.errorPercent)} of its ${signals.requests} requests, ` +
          `${percent(other.signals.errorPercent)} of version ${other.name}${why}`,
        since,
        command: `selvage top ${name}${namespaceFlag(namespace)} --once`,
      },
    ];
  });
}

const percent = (value: number): string => `${Number(value.toFixed(1))} %`;

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
      },
    ];
  });
}
