// Compiled meshes in D1: immutable, gzip'd, in chunks below D1's limit of 2 MB a row. Read by every isolate, so free of
// anything a cold start would have to evaluate.
import { fromSchema1 } from "../model/snapshot/schema-1.ts";
import { OLDEST_SNAPSHOT_SCHEMA, schemaFault, SNAPSHOT_SCHEMA } from "../model/snapshot/schema.ts";
import type { Snapshot } from "../model/snapshot/snapshot.ts";
import { hex } from "../model/word/digest.ts";
import { snapshotFrom, writeSnapshot } from "./snapshot-text.ts";

/** Snapshots kept: as many steps an isolate may be behind, and as many releases as may run at once. */
const SNAPSHOTS_KEPT = 50;
/** Characters of base64 in one row. */
const CHUNK_CHARS = 960_000;

/** The mesh before anything was ever written to it: no services, no routes. */
const emptySnapshot: Snapshot = {
  schema: SNAPSHOT_SCHEMA,
  revision: 0,
  policies: {},
  services: {},
  router: {
    rules: [],
    matches: [],
    listeners: [],
    groups: [],
    programs: [],
    hosts: { HTTP: {}, HTTPS: {} },
    entries: {},
    services: {},
  },
};

interface PackedSnapshot {
  readonly chunks: readonly string[];
  /** SHA-256 of the snapshot's JSON, hex. */
  readonly digest: string;
}

/** In pieces of about a millisecond, between which others have a turn. */
export async function packSnapshot(snapshot: Snapshot): Promise<PackedSnapshot> {
  const { readable, writable } = new CompressionStream("gzip");
  const packed = new Response(readable).bytes();
  const hash = new crypto.DigestStream("SHA-256");
  const [zip, digest] = [writable.getWriter(), hash.getWriter()];
  const encoder = new TextEncoder();
  for (const piece of writeSnapshot(snapshot)) {
    const bytes = encoder.encode(piece);
    await Promise.all([zip.write(bytes), digest.write(bytes)]);
    await scheduler.wait(0);
  }
  await Promise.all([zip.close(), digest.close()]);
  const text = (await packed).toBase64();
  const chunks: string[] = [];
  for (let at = 0; at < text.length; at += CHUNK_CHARS) {
    chunks.push(text.slice(at, at + CHUNK_CHARS));
  }
  return { chunks, digest: hex(new Uint8Array(await hash.digest)) };
}

/** Statements of a commit: the snapshot's rows, and those of snapshots that are old enough to go. */
export function snapshotStatements(db: D1Database, revision: number, packed: PackedSnapshot): D1PreparedStatement[] {
  const insert = db.prepare(
    "INSERT INTO snapshots (revision, chunk, chunks, schema, data) VALUES (?1, ?2, ?3, ?4, ?5)",
  );
  return [
    ...packed.chunks.map((data, chunk) => insert.bind(revision, chunk, packed.chunks.length, SNAPSHOT_SCHEMA, data)),
    trimStatement(db, revision),
  ];
}

/** Drops the snapshots that no isolate will ask for any more. */
export function trimStatement(db: D1Database, head: number): D1PreparedStatement {
  return db.prepare("DELETE FROM snapshots WHERE revision <= ?1").bind(head - SNAPSHOTS_KEPT);
}

interface Chunk {
  readonly revision: number;
  readonly chunks: number;
  readonly schema: number;
  readonly data: string;
}

/**
 * The newest snapshot whose shape this release knows (during a deployment there may be newer ones); the empty one when
 * the registry is empty; null when there is none that can be read. Unpacked at one go: who asks has none, and its
 * requests wait for it.
 */
export async function readNewest(db: D1Database): Promise<Snapshot | null> {
  const [chunks, revisions] = await db.batch<Chunk & { n: number }>([
    db
      .prepare(
        `SELECT revision, chunks, schema, data FROM snapshots
         WHERE revision = (SELECT max(revision) FROM snapshots WHERE schema BETWEEN ?1 AND ?2) ORDER BY chunk`,
      )
      .bind(OLDEST_SNAPSHOT_SCHEMA, SNAPSHOT_SCHEMA),
    db.prepare("SELECT n FROM revisions LIMIT 1"),
  ]);
  if (revisions?.results.length === 0) {
    return emptySnapshot;
  }
  const rows = chunks?.results ?? [];
  return rows.length === 0 ? noneReadable(db) : unpackSnapshot(rows, WHOLE);
}

/** Says why, where there are snapshots and none of them is of a shape that this release reads. */
async function noneReadable(db: D1Database): Promise<null> {
  const newest = await db
    .prepare("SELECT revision, schema FROM snapshots ORDER BY revision DESC LIMIT 1")
    .first<Pick<Chunk, "revision" | "schema">>();
  if (newest !== null) {
    tell(newest);
  }
  return null;
}

function tell({ revision, schema }: Pick<Chunk, "revision" | "schema">): void {
  const message = schemaFault(schema);
  if (message !== null) {
    // oxlint-disable-next-line no-console -- whoever reads the Worker's logs is to know why an isolate stays behind
    console.warn(JSON.stringify({ level: "warn", at: "snapshot", revision, message }));
  }
}

/**
 * The snapshot of a revision; null when it is gone, damaged, or of a shape this release does not know. Unpacked in
 * turns with requests that are served by the one before.
 */
export async function readSnapshot(db: D1Database, revision: number): Promise<Snapshot | null> {
  const { results } = await db
    .prepare("SELECT revision, chunks, schema, data FROM snapshots WHERE revision = ?1 ORDER BY chunk")
    .bind(revision)
    .all<Chunk>();
  return unpackSnapshot(results);
}

/**
 * Puts the rows of one snapshot together again; null when they are none this release can trust.
 *
 * @param piece compressed bytes that are read between two turns
 */
export async function unpackSnapshot(rows: readonly Chunk[], piece = TURN): Promise<Snapshot | null> {
  const [first] = rows;
  if (first === undefined || rows.length !== first.chunks) {
    return null;
  }
  if (schemaFault(first.schema) !== null) {
    tell(first);
    return null;
  }
  try {
    const packed = Uint8Array.fromBase64(rows.map(({ data }) => data).join(""));
    const value = snapshotFrom(await unzipped(packed, piece));
    if (value.schema !== first.schema || value.revision !== first.revision) {
      return null;
    }
    return value.schema === 1 ? fromSchema1(value) : value;
  } catch {
    return null;
  }
}

/** About two milliseconds of work, and to give others a turn costs one of waiting. */
const TURN = 32 * 1024;
const WHOLE = Infinity;

/** As a text. gzip carries a checksum: a damaged row ends here, and the caller keeps what it has. */
async function unzipped(bytes: Uint8Array<ArrayBuffer>, piece: number): Promise<string> {
  const { readable, writable } = new DecompressionStream("gzip");
  const writer = writable.getWriter();
  const written = async (): Promise<void> => {
    for (let at = 0; at < bytes.length; at += piece) {
      if (at > 0) {
        await scheduler.wait(0);
      }
      await writer.write(bytes.subarray(at, at + piece));
    }
    await writer.close();
  };
  const [text] = await Promise.all([new Response(readable).text(), written()]);
  return text;
}
