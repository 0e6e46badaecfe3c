// Which of the two versions a request gets. A caller has one place on a line from 0 to 1 for a whole try of a Rollout,
// and the canary is what lies below its weight: a higher weight only adds callers, and 0 takes all of them out.
import type { Share } from "../../model/message/rollout.ts";
import type { KeyPart } from "../../model/snapshot/limit.ts";
import type { ServiceKey } from "../../model/snapshot/snapshot.ts";
import { unit } from "../balance/rendezvous.ts";

const PLACES = 2 ** 32;

/**
 * Where a caller stands, a whole number below 2^32. The run is random and told to nobody outside, so no caller can
 * choose a cookie by where it leads.
 */
export function callerPlace(service: ServiceKey, { run }: Pick<Share, "run">, key: string): number {
  return Math.floor(unit(`${service}\n${run}\n${key}`) * PLACES);
}

/** @param weight percent */
export function isCanaryAt(place: number, weight: number): boolean {
  return place * 100 < weight * PLACES;
}

/** What a drawn request stands at. @param random in [0, 1) */
export const drawnPlace = (random: number): number => Math.floor(random * PLACES);

/** The first part of the key that the request has, with its name; null = it has none of them. */
export function stickyKey(parts: readonly KeyPart[], valueOf: (part: KeyPart) => string | null): string | null {
  for (const part of parts) {
    const value = valueOf(part);
    if (value !== null && value !== "") {
      return `${part.from} ${"name" in part ? part.name : ""} ${value}`;
    }
  }
  return null;
}
