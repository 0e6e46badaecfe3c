// Settings that a data Worker and a control plane of its own must have alike: both read them, and what one of them
// promises by its own value the other would break. None of them is a secret.
import type { Settings } from "./settings.ts";

/** By the names of their variables, as both say them. */
type SharedSettings = Readonly<Record<string, string>>;

export const sharedSettings = (settings: Settings): SharedSettings => ({
  LOCAL_MESH: String(settings.isLocalMesh),
  MESH_DOMAIN: settings.meshDomain ?? "",
  MESH_ISSUER: settings.issuer,
  PUBLIC_ORIGIN: settings.publicOrigin ?? "",
  TELEMETRY_OBJECTS: String(settings.telemetryObjects),
  TRUST_DOMAIN: settings.trustDomain,
  TRUST_ENTRY: String(settings.trustsEntry),
  TRUSTED_HOPS: String(settings.trustedHops),
});

/**
 * Names of the variables that the two do not have alike. What only one of them knows of is not compared: the other may
 * be of another release.
 */
export const differing = (one: SharedSettings, other: SharedSettings): string[] =>
  Object.entries(one)
    .filter(([name, value]) => other[name] !== undefined && other[name] !== value)
    .map(([name]) => name);
