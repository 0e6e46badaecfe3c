// Which shapes of the snapshot this release reads: its own, and the one of the release before.

/** Version of the snapshot's shape that this release writes. */
export const SNAPSHOT_SCHEMA = 2;
/** The oldest that it reads. Raised one release after `SNAPSHOT_SCHEMA`: then nobody writes the older one any more. */
export const OLDEST_SNAPSHOT_SCHEMA = 1;

/** Why a snapshot of that schema cannot be read, and what helps; null = it can. */
export function schemaFault(schema: number, oldest: number = OLDEST_SNAPSHOT_SCHEMA): string | null {
  const reads = oldest === SNAPSHOT_SCHEMA ? `schema ${oldest}` : `schemas ${oldest} to ${SNAPSHOT_SCHEMA}`;
  if (schema > SNAPSHOT_SCHEMA) {
    return `It has schema ${schema}, of a later release; this one reads ${reads}. Deploy the later release everywhere.`;
  }
  if (schema < oldest) {
    const help = "Apply any change, or roll back to the revision in force: it is then compiled anew.";
    return `It has schema ${schema}, of an earlier release; this one reads ${reads}. ${help}`;
  }
  return null;
}
