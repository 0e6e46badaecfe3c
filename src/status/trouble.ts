// What `status` tells of: one thing that is wrong, how bad it is, since when, and the command that shows or mends it.
import type { LikelyCause } from "../model/api/signals.ts";

/** `down`: requests fail now. `degraded`: some do, or could. `notice`: somebody should know, and nothing is wrong. */
export type Severity = "down" | "degraded" | "notice";

export interface Trouble {
  readonly severity: Severity;
  /** `<Kind>/<namespace>/<name>`; null = the mesh itself. */
  readonly ref: string | null;
  readonly message: string;
  /** RFC 3339; null = not known. */
  readonly since: string | null;
  /** null = there is nothing to call. */
  readonly command: string | null;
  /** What most likely made it so, and when that was changed; left out = nothing is named. */
  readonly cause?: Pick<LikelyCause, "kind" | "at">;
}

const ranks: Readonly<Record<Severity, number>> = { down: 0, degraded: 1, notice: 2 };

/** The worst first; of two alike the one found first, which is the order of the causes. */
export function worstFirst(troubles: readonly Trouble[]): Trouble[] {
  return troubles.toSorted((a, b) => ranks[a.severity] - ranks[b.severity]);
}

/** `-n shop`, or nothing where that goes without saying. */
export const namespaceFlag = (namespace: string): string => (namespace === "default" ? "" : ` -n ${namespace}`);

/** An argument as a shell reads it back. */
export const quoted = (text: string): string =>
  /^[A-Za-z0-9_./:@=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
