// Where the registry stands, compared. Within an epoch revisions and generations only go up; whoever adopts a registry
// that was set back (restored) begins an epoch, and what was known of earlier ones counts no more.
import type { Head } from "../../model/registry/registry.ts";

type Epoch = Pick<Head, "epoch">;

export function epochOf({ epoch }: Epoch): number {
  return epoch ?? 0;
}

/** Whether what is told is to be taken over: of a later epoch, or a later revision of the same. */
export function isBeyond(told: Epoch & Pick<Head, "revision">, held: Epoch & Pick<Head, "revision">): boolean {
  const epochs = epochOf(told) - epochOf(held);
  return epochs > 0 || (epochs === 0 && told.revision > held.revision);
}

/** Whether a registry that stands there is not the one any more that stood here. */
export function isSetBack(registry: Head, known: Head): boolean {
  const epochs = epochOf(registry) - epochOf(known);
  return epochs < 0 || (epochs === 0 && (registry.revision < known.revision || registry.generation < known.generation));
}

/** Of two heads of one registry what is later in each; the later epoch as it is. */
export function laterHead(told: Head, held: Head): Head {
  const epochs = epochOf(told) - epochOf(held);
  if (epochs !== 0) {
    return epochs > 0 ? told : held;
  }
  return {
    ...held,
    revision: Math.max(told.revision, held.revision),
    generation: Math.max(told.generation, held.generation),
  };
}
