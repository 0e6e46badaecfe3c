// All that an isolate knows of the mesh at one time, and how it moves on: a newer snapshot, changed endpoints. Pure.
import { epochOf } from "../decide/fleet/head.ts";
import {
  mergeEndpoints,
  registrationsAfter,
  type EndpointMap,
  type Registrations,
} from "../decide/balance/merge-endpoints.ts";
import type { EndpointChanges, Head } from "../model/registry/registry.ts";
import type { Snapshot } from "../model/snapshot/snapshot.ts";

/** A snapshot that could not be taken over is tried again after so long. */
const REFUSED_MS = 30_000;

/** All that is known at one time; replaced as a whole. */
export interface Known {
  readonly epoch: number;
  readonly snapshot: Snapshot;
  readonly generation: number;
  readonly registrations: Registrations;
  readonly endpoints: EndpointMap;
  /** A revision that could not be taken over. */
  readonly refused: { readonly revision: number; readonly at: number } | null;
  readonly setBack: boolean;
}

/**
 * All of it, as the registry has it.
 *
 * @param newest null = none of a shape that this release knows: what is held serves on, and without any this throws
 */
export function knownFrom(newest: Snapshot | null, changes: EndpointChanges, held: Known | null): Known {
  const epoch = epochOf(changes);
  const before = held !== null && held.epoch >= epoch ? held : null;
  const isNewer = newest !== null && newest.revision > (before?.snapshot.revision ?? -1);
  const snapshot = isNewer ? newest : held?.snapshot;
  if (snapshot === undefined) {
    throw new Error("The registry has no snapshot that this release can read.");
  }
  const registrations = registrationsAfter(new Map(), changes);
  const endpoints = mergeEndpoints(snapshot, registrations);
  const generation = Math.max(before?.generation ?? 0, changes.generation);
  const [refused, setBack] = [before?.refused ?? null, before?.setBack ?? false];
  return { epoch, snapshot, generation, registrations, endpoints, refused, setBack };
}

export function headKnown({ epoch, snapshot, generation }: Known): Head {
  return { epoch, revision: snapshot.revision, generation };
}

/** Whether a revision that could not be taken over was tried just now. */
export function wasRefused({ refused }: Known, revision: number, now: number): boolean {
  return refused?.revision === revision && now - refused.at < REFUSED_MS;
}

export function withSnapshot(known: Known, snapshot: Snapshot | null): Known {
  if (snapshot === null || snapshot.revision <= known.snapshot.revision) {
    return known;
  }
  return { ...known, snapshot, endpoints: mergeEndpoints(snapshot, known.registrations) };
}

export function withChanges(known: Known, changes: EndpointChanges): Known {
  const registrations = registrationsAfter(known.registrations, changes);
  const endpoints = mergeEndpoints(known.snapshot, registrations);
  return { ...known, registrations, endpoints, generation: Math.max(known.generation, changes.generation) };
}
